-- Facts that a restored store had lost, as their topic has them. No pointer goes to the outbox: they have been sent.
  with moved as (
    insert into stream (stream_id, kind, version)
    select stream_id, min(kind), max(version) from unnest($1::uuid[], $2::integer[], $3::text[]) as w (stream_id, version, kind)
     group by stream_id
        on conflict (stream_id) do update set version = excluded.version
)
insert into event (event_id, stream_id, version, kind, type, schema, data, meta, occurred_at, recorded_at)
select e.event_id, e.stream_id, e.version, e.kind, e.type, e.schema, e.data, e.meta, e.occurred_at, e.recorded_at
  from unnest($1::uuid[], $2::integer[], $3::text[], $4::uuid[], $5::text[], $6::smallint[], $7::jsonb[], $8::jsonb[],
              $9::timestamptz[], $10::timestamptz[])
       as e (stream_id, version, kind, event_id, type, schema, data, meta, occurred_at, recorded_at);
