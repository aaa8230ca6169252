-- Erasures of a year ($1 to $2) by ground: asked for, and carried out. A request counts in the year in which it was made.
select data ->> 'basis' as basis,
       count(*) filter (where type = 'erasure-requested') as requested,
       count(*) filter (where type = 'client-erased' and data ? 'request_id') as erased
  from event
 where type in ('erasure-requested', 'client-erased') and recorded_at >= $1 and recorded_at < $2
 group by 1
 order by 1;
