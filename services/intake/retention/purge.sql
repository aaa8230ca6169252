-- Forget clients ($1). Answers which cases were theirs, so that what is told of them later is forgotten too ($2).
  with gone as (delete from client where client_id = any ($1::uuid[])),
       silent as (delete from contact where subject_id = any ($1::uuid[]))
delete from case_file where client_id = any ($1::uuid[]) or case_id = any ($2::uuid[])
returning case_id;
