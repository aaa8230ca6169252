-- Set offsets back on purpose: the only statement that does. The guard makes repeats harmless.
insert into consumed as c (consumer, topic, partition, next)
select $1, * from unnest($2::text[], $3::integer[], $4::bigint[])
    on conflict (consumer, topic, partition) do update set next = excluded.next;
