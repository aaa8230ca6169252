-- One row a stream: how many records wait, since when, and why the first of them failed.
  select consumer, stream_id, count(*) as records, min(first_failed_at) as since, max(attempts) as attempts,
         coalesce(min(reason) filter (where reason <> 'behind'), 'behind') as reason, min(topic) as topic
    from parked
   where state = 'PARKED'
     and ($1::text is null or consumer = $1)
     and first_failed_at < clock_timestamp() - make_interval(secs => $3)
   group by consumer, stream_id
  having $2::text is null or bool_or(reason = $2)
   order by since;
