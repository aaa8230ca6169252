-- The earliest open review is the one to show.
update case_file c
   set review_due = least(c.review_due, o.due)
  from unnest($1::uuid[], $2::date[]) as o(case_id, due)
 where c.case_id = o.case_id;
