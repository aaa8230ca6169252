-- A service has purged a subject. Said once; the first time counts.
insert into erasure_ack (subject_id, service, tables) values ($1, $2, $3)
    on conflict do nothing;
