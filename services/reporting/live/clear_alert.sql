-- repeats: an alert is over once; what is over stays on record.
update live.surge_alert
   set cleared_at = $4
 where centre = $1 and metric = $2 and span = $3 and cleared_at is null
