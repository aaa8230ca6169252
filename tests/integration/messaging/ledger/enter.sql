-- repeats: every payment is a row of its own
insert into entry (event_id, stream_id, version, amount, at)
select * from unnest($1::uuid[], $2::uuid[], $3::integer[], $4::integer[], $5::timestamptz[])
    on conflict do nothing;
