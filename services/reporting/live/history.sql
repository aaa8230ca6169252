-- Counts by centre, kind and day before an instant; day 0 is the 24 hours that end there.
select centre, metric, floor((extract(epoch from $1 - hour) - 3600) / 86400)::integer as day, sum(n)::integer as n
  from rollup.hourly
 where hour < $1 and hour >= $1 - make_interval(days => $2)
 group by 1, 2, 3
