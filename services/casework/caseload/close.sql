-- The end of a case, or no end after all (closed_on null). A transfer that was asked for falls away.
update case_file c
   set closed_on = o.closed_on, review_due = null, transfer_id = null, transfer_to = null, transfer_at = null
  from unnest($1::uuid[], $2::date[]) as o(case_id, closed_on)
 where c.case_id = o.case_id;
