-- Trainings of some centres ($1) or given by some organisations ($2), newest first, with the seats that are taken.
select s.session_id, s.centre, s.course, s.provider, s.sub_committee, s.place, s.starts, s.capacity, s.for_staff, s.state, s.attendees,
       (select coalesce(sum(change), 0) from sessions.seat t where t.session_id = s.session_id)::integer as enrolled, s.recorded_at
  from sessions.session s
 where (s.centre = any ($1) or s.provider = any ($2))
   and ($3::text is null or s.centre = $3)
   and ($4::text is null or s.course = $4)
   and ($5::text is null or s.state = $5)
   and ($6::date is null or s.starts >= $6::date)
   and ($7::timestamptz is null or (s.recorded_at, s.session_id) < ($7, $8::uuid))
 order by s.recorded_at desc, s.session_id desc
 limit $9;
