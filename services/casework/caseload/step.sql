-- repeats: every fact is a line of its own
insert into step (stream_id, case_id, version, event_id, type, at, actor, details, sets)
select * from unnest($1::uuid[], $2::uuid[], $3::integer[], $4::uuid[], $5::text[], $6::timestamptz[], $7::text[], $8::jsonb[], $9::text[])
    on conflict do nothing;
