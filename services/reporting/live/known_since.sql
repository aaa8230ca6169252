-- When a centre first counted anything, and when it last counted each kind.
select centre, metric, min(hour) as first, max(hour) as last
  from rollup.hourly
 where hour < $1
 group by 1, 2
