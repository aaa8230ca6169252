update stay s
   set left_at = o.left_at, nights = o.nights, left_event = o.event_id
  from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::integer[]) as o(stay_id, event_id, left_at, nights)
 where s.stay_id = o.stay_id;
