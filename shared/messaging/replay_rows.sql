-- Stored events of one aggregate, in the order of their positions, a page at a time. Not a cursor over what is being
-- written (positions become visible out of order): a replay sends what was there, the relay sends the rest.
  select position, event_id, stream_id, version, kind, type, schema, data::text,
         meta ->> 'correlation_id', meta ->> 'causation_id', meta ->> 'traceparent', occurred_at, recorded_at
    from event
   where position > $1
     and kind = $2
     and ($3::uuid is null or stream_id = $3)
     and version >= $4
     and ($5::timestamptz is null or recorded_at >= $5)
   order by position
   limit $6;
