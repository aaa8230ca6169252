-- Transfers that wait for an answer, oldest first: those of the caller's own cases ($3) at centres where they still work ($4),
-- and those from or to a centre for which the caller may sign (general cases: $1; confidential ones: $2).
select transfer_id, case_id, client_id, centre, transfer_to, kind, priority, worker, transfer_at
  from caseload.case_file
 where (select within_reach($5))
   and transfer_to is not null
   and ((worker = $3 and centre = any ($4))
        or (kind = 'GENERAL' and (centre = any ($1) or transfer_to = any ($1)))
        or (kind = 'CONFIDENTIAL' and (centre = any ($2) or transfer_to = any ($2))))
 order by transfer_at, case_id
 limit 500;
