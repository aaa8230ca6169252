-- For how many seconds the oldest request has been overdue; 0: none is.
select coalesce(extract(epoch from now() - min(due_answer)), 0)::float8
  from rights.request
 where answered_at is null and due_answer < now();
