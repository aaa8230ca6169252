-- The stored ones of these events, in no particular order.
select event_id, stream_id, version, kind, type, schema, data, meta, occurred_at, recorded_at
  from event
 where event_id = any ($1);
