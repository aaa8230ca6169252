select id, centre, metric, span, x, lambda, threshold, level, first_seen, looked_at, cleared_at, acknowledged_by, acknowledged_at
  from live.surge_alert
 where centre = any($1)
   and (cleared_at is null or $2 and cleared_at > clock_timestamp() - interval '30 days')
 order by first_seen desc, id
 limit 200
