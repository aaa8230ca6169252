-- repeats: how far each partition is read.
insert into live.source (topic, partition, next, ends, recorded_at, looked_at)
select * from unnest($1::text[], $2::integer[], $3::bigint[], $4::bigint[], $5::timestamptz[], $6::timestamptz[])
    on conflict (topic, partition) do update
   set next = excluded.next, ends = excluded.ends, recorded_at = coalesce(excluded.recorded_at, live.source.recorded_at),
       looked_at = excluded.looked_at
