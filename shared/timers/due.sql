-- Timers that ring by $2, after the one at ($3, $4, $5, $6), in the order in which they ring; $1: consumer of the live read model.
-- Only of streams of which the read model shows the newest version: after days of downtime the answer that stops a timer
-- may be stored already and not yet be shown here, and what is decided must be decided on the state for which it is due.
select t.stream_id, t.name, t.item, t.at, t.rings_at, t.ctx, s.version
  from timers.timer t
  join stream s on s.stream_id = t.stream_id
  join applied a on a.consumer = $1 and a.stream_id = t.stream_id and a.version = s.version
 where t.running
   and t.rings_at <= $2
   and ($3::timestamptz is null or (t.rings_at, t.stream_id, t.name, t.item) > ($3, $4::uuid, $5::text, $6::text))
 order by t.rings_at, t.stream_id, t.name, t.item
 limit $7;
