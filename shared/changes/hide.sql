-- repeats: every fact that hides a stream is a row of its own
insert into hidden (id, event_id)
select * from unnest($1::uuid[], $2::uuid[])
    on conflict do nothing;
