-- Assessments of somebody erased ($1) come from another topic than the erasure, perhaps later. $2: unused here.
with consents as (
    delete from consent where client_id = any ($1::uuid[])
)
delete from assessment where client_id = any ($1::uuid[]) and $2::uuid[] is not null
returning null::uuid;
