-- What an account ($1) or a device ($2) was shown between two times ($3, $4), from the access log; one row a person and action.
-- What it was denied is no exposure; what was read without a relation or out of hours is. Entries that name nobody (a list that was empty) are left out.
select subject as subject_id, a.action, array_agg(distinct c.class) filter (where c.class is not null) as classes, count(distinct (a.chain_id, a.n)) as times,
       min(a.at) as first_at, max(a.at) as last_at
  from read_audit a
 cross join unnest(a.subject_id) as subject
  left join unnest(a.classes) as c(class) on true
 where a.at >= $3 and a.at < $4
   and ($1::text is null or a.actor = $1)
   and ($2::text is null or a.device = $2)
   and a.action <> 'DENIED'
 group by subject, a.action
