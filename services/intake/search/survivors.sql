-- The record that goes on in place of each merged one of these: the last survivor of a chain. Others have no row.
with recursive step as (
    select id as client_id, id as now, 0 as depth from unnest($1::uuid[]) as asked(id)
     union all
    select s.client_id, m.survivor, s.depth + 1
      from step s
     cross join lateral (
        select e.type, (e.data ->> 'survivor_id')::uuid as survivor
          from event e
         where e.stream_id = s.now and e.type in ('client-retired', 'client-reinstated')
         order by e.version desc
         limit 1
     ) m
     where m.type = 'client-retired' and s.depth < 100
)
select distinct on (client_id) client_id, now as survivor
  from step
 where depth > 0
 order by client_id, depth desc
