-- Streams that stand aside, by consumer and by the reason of the record that failed, and since when the oldest does.
  with stream as (
      select consumer, stream_id, min(first_failed_at) as since,
             coalesce(min(reason) filter (where reason <> 'behind'), 'behind') as reason
        from parked
       where state = 'PARKED'
       group by consumer, stream_id
)
  select consumer, reason, count(*),
         extract(epoch from clock_timestamp() - min(since))::float8 as age
    from stream
   group by consumer, reason;
