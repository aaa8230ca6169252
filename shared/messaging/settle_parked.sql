-- Released or discarded: done with.
update parked p
   set state = $2, last_failed_at = clock_timestamp()
  from unnest($3::text[], $4::integer[], $5::bigint[]) as s(topic, partition, "offset")
 where p.consumer = $1 and p.topic = s.topic and p.partition = s.partition and p."offset" = s."offset";
