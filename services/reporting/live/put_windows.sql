-- repeats: the count of a window as it stands now, whatever was there.
insert into live.live_window (metric, centre, point, starts_at, partition, n)
select * from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::integer[], $6::integer[])
    on conflict (starts_at, metric, centre, point, partition) do update set n = excluded.n, updated_at = clock_timestamp()
