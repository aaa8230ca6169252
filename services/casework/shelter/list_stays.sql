-- Stays that a caller may see, newest first: those of their centres ($1), and those of cases that are theirs ($2).
select s.stay_id, s.centre, l.unit, s.kind, s.arrived, t.expected_exit, s.left_at, s.nights, s.recorded_at
  from shelter.stay s
 cross join lateral (select unit from shelter.lodging o where o.stay_id = s.stay_id order by version desc limit 1) as l
 cross join lateral (select expected_exit from shelter.term o where o.stay_id = s.stay_id order by version desc limit 1) as t
 where (select within_reach($9))
   and (s.centre = any ($1) or s.case_id in (select case_id from caseload.case_file where worker = $2))
   and ($3::text is null or s.centre = $3)
   and ($4::text is null or l.unit = $4)
   and ($5::text is null or ($5 = 'ENDED') = (s.left_at is not null))
   and ($6::timestamptz is null or (s.recorded_at, s.stay_id) < ($6, $7::uuid))
 order by s.recorded_at desc, s.stay_id desc
 limit $8;
