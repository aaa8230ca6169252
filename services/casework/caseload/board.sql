-- Who has how much to do: open cases by centre and worker, and what of them is late on a day ($3). Counts only. Of the
-- centres of $1 everybody, else the caller's own row ($2), at centres where they still work ($4). worker null: cases that
-- nobody has.
select centre, worker, count(*)::integer as cases,
       count(*) filter (where review_due < $3)::integer as reviews_overdue,
       count(*) filter (where next_follow_up + 7 < $3)::integer as follow_ups_overdue,
       count(*) filter (where transfer_to is not null)::integer as transfers
  from caseload.case_file
 where (select within_reach($5))
   and state <> 'CLOSED' and (centre = any ($1) or (worker = $2 and centre = any ($4)))
 group by centre, worker
 order by centre, worker nulls first
 limit 1000;
