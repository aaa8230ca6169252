update session s
   set state = 'HELD', attendees = o.attendees
  from unnest($1::uuid[], $2::integer[]) as o(session_id, attendees)
 where s.session_id = o.session_id;
