-- repeats: every assessment is a row of its own
insert into assessment (event_id, client_id, case_id, assessment_id, version, contact_block)
select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::integer[], $6::boolean[])
    on conflict do nothing;
