-- Stays that a caller may see, newest first: those of their centres ($1), and those of cases that are theirs ($2), at centres
-- where they still work ($3).
select s.stay_id, s.centre, l.unit, s.kind, s.arrived, t.expected_exit, s.left_at, s.nights, s.recorded_at
  from shelter.stay s
 cross join lateral (select unit from shelter.lodging o where o.stay_id = s.stay_id order by version desc limit 1) as l
 cross join lateral (select expected_exit from shelter.term o where o.stay_id = s.stay_id order by version desc limit 1) as t
 where (select within_reach($10))
   and (s.centre = any ($1) or (s.centre = any ($3) and s.case_id in (select case_id from caseload.case_file where worker = $2)))
   and ($4::text is null or s.centre = $4)
   and ($5::text is null or l.unit = $5)
   and ($6::text is null or ($6 = 'ENDED') = (s.left_at is not null))
   and ($7::timestamptz is null or (s.recorded_at, s.stay_id) < ($7, $8::uuid))
 order by s.recorded_at desc, s.stay_id desc
 limit $9;
