-- The lowest pending pointers, removed in the transaction that ends after the broker has acknowledged their events.
-- `= any (array (...))`, never `in (select ...)`: planned while the outbox was empty, the latter becomes a nested loop
-- that takes seconds for a batch once there are 60,000 rows (performance chapter, trap 20).
-- `<> all`, never `position > $1`: positions become visible out of order, so a lower one may still come, and it may hold
-- the version before one that is already in flight here.
  with gone as (
    delete from outbox
     where position = any (array (
        select position from outbox where position <> all ($2::bigint[]) order by position limit $1))
    returning position
)
select e.position, e.event_id, e.stream_id, e.version, e.kind, e.type, e.schema, e.data::text,
       e.meta ->> 'correlation_id', e.meta ->> 'causation_id', e.meta ->> 'traceparent', e.occurred_at, e.recorded_at
  from gone
  join event e on e.position = gone.position
 order by e.position;
