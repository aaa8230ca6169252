-- Cases that a caller may see, newest first. Confidential ones for their worker and, by centre ($2), the protection
-- supervisor; general ones by centre ($1) or if they are the caller's own ($3), at a centre where they still work ($4).
select case_id, client_id, centre, kind, priority, source, sub_committee, state, worker, opened_at, closed_on, review_due,
       next_follow_up, transfer_to, recorded_at
  from caseload.case_file
 where (select within_reach($11))
   and ((worker = $3 and centre = any ($4)) or (kind = 'GENERAL' and centre = any ($1)) or (kind = 'CONFIDENTIAL' and centre = any ($2)))
   and ($5::text is null or centre = $5)
   and ($6::text is null or state = $6)
   and ($7::text is null or worker = $7)
   and ($8::timestamptz is null or (recorded_at, case_id) < ($8, $9::uuid))
 order by recorded_at desc, case_id desc
 limit $10;
