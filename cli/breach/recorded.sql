-- Whose facts an account ($1) or a device ($2) wrote between two times ($3, $4): whoever holds it knows what it wrote.
-- A device hands in batches, and its events name it (`meta.via`).
select coalesce((e.data -> 'ctx' ->> 'subject_id')::uuid, e.stream_id) as subject_id, 'RECORDED' as action,
       array_agg(distinct c.class) filter (where c.class is not null) as classes, count(distinct e.event_id) as times,
       min(e.recorded_at) as first_at, max(e.recorded_at) as last_at
  from event e
  left join jsonb_object_keys(coalesce(e.data -> 'sealed', '{}')) as c(class) on true
 where e.recorded_at >= $3 and e.recorded_at < $4
   and ($1::text is null or e.data -> 'ctx' ->> 'actor' = $1)
   and ($2::text is null or e.meta ->> 'via' = $2)
   and e.data ? 'sealed'
 group by 1
