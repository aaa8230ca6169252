-- repeats: the first who looks stands; the alert goes on until its windows clear it.
update live.surge_alert
   set acknowledged_by = coalesce(acknowledged_by, $3), acknowledged_at = coalesce(acknowledged_at, clock_timestamp())
 where id = $1 and centre = any($2)
returning id, level, acknowledged_by, acknowledged_at
