update referral b
   set state = 'DELIVERED', delivered_at = o.at, delivered = o.result, service_on_time = o.at <= b.due_service
  from unnest($1::uuid[], $2::timestamptz[], $3::text[]) as o(referral_id, at, result)
 where b.referral_id = o.referral_id;
