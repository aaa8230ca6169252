-- Keys that a restored keyring holds although their subject was forgotten meanwhile. $1: subjects that a store knows as erased.
  with erased as (
    select unnest($1::uuid[]) as subject_id
     union
    select subject_id from erasure_ack
), gone as (
    delete from subject_key k using erased e where k.subject_id = e.subject_id returning 1
), barred as (
    insert into erasure_ack (subject_id, service, tables)
    select subject_id, 'keyring', array['subject_key'] from erased
        on conflict do nothing
)
select count(*) from gone;
