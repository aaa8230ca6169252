-- Who has forgotten a subject, when, and what was purged there.
select service, at, tables from erasure_ack where subject_id = $1 order by at, service;
