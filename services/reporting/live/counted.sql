-- repeats: a fact whose id is there adds nothing to its hour.
with said as (
    select *
      from unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::integer[]) as g(event_id, centre, metric, at, n)
), new as (
    insert into counted (event_id)
    select event_id from said order by event_id
        on conflict do nothing
    returning event_id
)
insert into hourly as h (centre, metric, hour, n)
select s.centre, s.metric, date_trunc('hour', s.at, 'UTC'), sum(s.n)
  from new
  join said s using (event_id)
 group by 1, 2, 3
 order by 1, 2, 3
    on conflict (centre, metric, hour) do update set n = h.n + excluded.n
