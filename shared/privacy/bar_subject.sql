-- Forget a subject for good: the keys go, and with this row none is ever made again.
with gone as (delete from subject_key where subject_id = $1)
insert into erasure_ack (subject_id, service, tables)
values ($1, 'keyring', array['subject_key'])
    on conflict do nothing;
