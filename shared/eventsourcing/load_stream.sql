-- All facts of one stream, in order.
select event_id, stream_id, version, kind, type, schema, data, meta, occurred_at, recorded_at
  from event
 where stream_id = $1
 order by version;
