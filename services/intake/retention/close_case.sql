-- Null: it goes on.
update case_file c
   set closed_on = o.closed_on
  from unnest($1::uuid[], $2::date[]) as o(case_id, closed_on)
 where c.case_id = o.case_id;
