-- Guard and offsets of a batch, in the transaction of its rows. Neither ever goes back.
  with guard as (
    insert into applied as a (consumer, stream_id, version)
    select $1, * from unnest($2::uuid[], $3::integer[])
        on conflict (consumer, stream_id) do update set version = greatest(a.version, excluded.version)
)
update consumed c
   set next = greatest(c.next, o.next)
  from unnest($4::text[], $5::integer[], $6::bigint[]) as o(topic, partition, next)
 where c.consumer = $1 and c.topic = o.topic and c.partition = o.partition;
