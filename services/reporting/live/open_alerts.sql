select id, centre, metric, span, x, lambda, phi, threshold, level, looked_at, above, below
  from live.surge_alert
 where cleared_at is null
