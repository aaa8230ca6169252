-- repeats: each fact that names a day is a line of its own
insert into term (stay_id, version, event_id, expected_exit)
select * from unnest($1::uuid[], $2::integer[], $3::uuid[], $4::date[])
    on conflict do nothing;
