-- A row for each partition that has none, at the start of its log, so that there is always a row to lock.
insert into consumed (consumer, topic, partition, next)
select $1, * from unnest($2::text[], $3::integer[], $4::bigint[])
    on conflict do nothing;
