-- Only a case that was just opened moves by an assessment; one of a protected type becomes confidential for good.
update case_file c
   set state = case when c.state = 'OPEN' then 'ASSESSED' else c.state end,
       kind = case when o.hidden then 'CONFIDENTIAL' else c.kind end
  from unnest($1::uuid[], $2::boolean[]) as o(case_id, hidden)
 where c.case_id = o.case_id;
