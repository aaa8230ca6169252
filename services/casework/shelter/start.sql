-- repeats: a stay starts once
insert into stay (stay_id, event_id, centre, case_id, kind, arrived, recorded_at)
select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::timestamptz[], $7::timestamptz[])
    on conflict do nothing;
