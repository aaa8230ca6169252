-- What waits of one stream (of records without one: null), locked, in the order in which it may be applied.
  select topic, partition, "offset", stream_id, version, reason, error_class, attempts, first_failed_at, last_failed_at,
         state, key, headers, value
    from parked
   where consumer = $1
     and stream_id is not distinct from $2
     and state = 'PARKED'
   order by version nulls last, first_failed_at, topic, partition, "offset"
     for update;
