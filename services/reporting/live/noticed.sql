-- When somebody was last told of a centre and kind.
select centre, metric, max(noticed_at) as at
  from live.surge_alert
 where noticed_at > $1
 group by 1, 2
