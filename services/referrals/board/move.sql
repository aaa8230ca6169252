-- With a withdrawal the packet is gone, and with it the receiver that only the packet told.
update referral b
   set path = b.path || o.state,
       version = o.version,
       escalated_to = coalesce(o.escalated_to, b.escalated_to),
       to_org = case when o.state = 'WITHDRAWN' and b.confidential then null else b.to_org end
  from unnest($1::uuid[], $2::integer[], $3::text[], $4::text[]) as o(referral_id, version, state, escalated_to)
 where b.referral_id = o.referral_id and b.version < o.version;
