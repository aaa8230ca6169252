update referral b
   set path = b.path || 'CLOSED'::text,
       version = o.version,
       result = o.result,
       to_org = case when o.result <> 'DELIVERED' and b.confidential then null else b.to_org end
  from unnest($1::uuid[], $2::integer[], $3::text[]) as o(referral_id, version, result)
 where b.referral_id = o.referral_id and b.version < o.version;
