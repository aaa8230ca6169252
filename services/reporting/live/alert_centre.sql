select centre from live.surge_alert where id = $1 and centre = any($2)
