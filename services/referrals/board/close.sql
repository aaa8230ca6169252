update referral b
   set state = 'CLOSED',
       result = o.result,
       to_org = case when o.result <> 'DELIVERED' and b.confidential then null else b.to_org end
  from unnest($1::uuid[], $2::text[]) as o(referral_id, result)
 where b.referral_id = o.referral_id;
