-- Counts of the last day by centre, kind and point: this hour, six hours, 24 hours.
select centre, metric, point,
       coalesce(sum(n) filter (where starts_at > $2::timestamptz - interval '1 hour'), 0)::integer as hour,
       coalesce(sum(n) filter (where starts_at > $2::timestamptz - interval '6 hours'), 0)::integer as six,
       sum(n)::integer as day
  from live.live_window
 where centre = any($1) and starts_at > $2::timestamptz - interval '24 hours'
 group by 1, 2, 3
 order by 1, 2, 3
