-- repeats: each fact that names a unit is a line of its own
insert into lodging (stay_id, version, event_id, unit, since)
select * from unnest($1::uuid[], $2::integer[], $3::uuid[], $4::text[], $5::timestamptz[])
    on conflict do nothing;
