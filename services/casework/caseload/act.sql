-- repeats: every proposal and every move of a step is a row of its own
insert into action (case_id, action_id, version, event_id, plan_no, status)
select * from unnest($1::uuid[], $2::uuid[], $3::integer[], $4::uuid[], $5::integer[], $6::text[])
    on conflict do nothing;
