-- Erasures of a year ($1 to $2) by ground: asked for, carried out, and how many of these were records merged into others. A
-- request counts in the year in which it was made.
select data ->> 'basis' as basis,
       count(*) filter (where type = 'erasure-requested') as requested,
       count(*) filter (where type = 'client-erased' and data ? 'request_id') as erased,
       count(*) filter (where type = 'client-erased' and data ? 'request_id' and merged) as merged
  from event e
 cross join lateral (select coalesce((
           select m.type = 'client-retired'
             from event m
            where m.stream_id = e.stream_id and m.type in ('client-retired', 'client-reinstated')
            order by m.version desc
            limit 1), false) as merged) as last_merge
 where type in ('erasure-requested', 'client-erased') and recorded_at >= $1 and recorded_at < $2
 group by 1
 order by 1;
