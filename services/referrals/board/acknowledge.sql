-- The first acknowledgement counts; a second one (after a lapse) moves the state and not the time.
update referral b
   set path = b.path || 'ACKNOWLEDGED'::text,
       version = o.version,
       acknowledged_at = coalesce(b.acknowledged_at, o.at),
       ack_on_time = coalesce(b.ack_on_time, o.at <= b.due_ack)
  from unnest($1::uuid[], $2::integer[], $3::timestamptz[]) as o(referral_id, version, at)
 where b.referral_id = o.referral_id and b.version < o.version;
