update referral b
   set state = 'ACCEPTED', accepted_at = o.at, client_id = coalesce(o.client_id, b.client_id)
  from unnest($1::uuid[], $2::timestamptz[], $3::uuid[]) as o(referral_id, at, client_id)
 where b.referral_id = o.referral_id;
