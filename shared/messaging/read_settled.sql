-- Records at these places that an operator has released or discarded: they are not parked anew after a rewind.
select topic, partition, "offset", key, headers, value
  from parked
 where consumer = $1
   and state <> 'PARKED'
   and (topic, partition, "offset") in (select * from unnest($2::text[], $3::integer[], $4::bigint[]));
