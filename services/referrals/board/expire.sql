-- The receiver deletes its copy: the referral itself stands as it did.
update referral b
   set version = o.version
  from unnest($1::uuid[], $2::integer[]) as o(referral_id, version)
 where b.referral_id = o.referral_id and b.version < o.version;
