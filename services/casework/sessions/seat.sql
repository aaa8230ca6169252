-- repeats: each fact is a line of its own
insert into seat (session_id, version, change)
select * from unnest($1::uuid[], $2::integer[], $3::integer[])
    on conflict do nothing;
