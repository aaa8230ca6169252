-- The first acknowledgement counts; a second one (after a lapse) moves the state and not the time.
update referral b
   set state = 'ACKNOWLEDGED',
       acknowledged_at = coalesce(b.acknowledged_at, o.at),
       ack_on_time = coalesce(b.ack_on_time, o.at <= b.due_ack)
  from unnest($1::uuid[], $2::timestamptz[]) as o(referral_id, at)
 where b.referral_id = o.referral_id;
