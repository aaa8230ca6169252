-- With a withdrawal the packet is gone, and with it the receiver that only the packet told.
update referral b
   set state = o.state, to_org = case when o.state = 'WITHDRAWN' and b.confidential then null else b.to_org end
  from unnest($1::uuid[], $2::text[]) as o(referral_id, state)
 where b.referral_id = o.referral_id;
