update referral b
   set path = b.path || 'DELIVERED'::text,
       version = o.version,
       delivered_at = o.at,
       delivered = o.result,
       service_on_time = o.at <= b.due_service
  from unnest($1::uuid[], $2::integer[], $3::timestamptz[], $4::text[]) as o(referral_id, version, at, result)
 where b.referral_id = o.referral_id and b.version < o.version;
