-- repeats: every fact is a line of its own
insert into step (stream_id, case_id, version, type, at, actor, details)
select * from unnest($1::uuid[], $2::uuid[], $3::integer[], $4::text[], $5::timestamptz[], $6::text[], $7::jsonb[])
    on conflict do nothing;
