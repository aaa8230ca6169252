update referral b
   set path = b.path || 'ACCEPTED'::text,
       version = o.version,
       accepted_at = o.at,
       client_id = coalesce(o.client_id, b.client_id)
  from unnest($1::uuid[], $2::integer[], $3::timestamptz[], $4::uuid[]) as o(referral_id, version, at, client_id)
 where b.referral_id = o.referral_id and b.version < o.version;
