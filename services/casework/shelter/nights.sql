-- Nights that people spent in each unit of a centre ($1) from the night of day $3 to that of day $4, and how many of those
-- who stay there on day $5 should have left before. A night belongs to the local date ($2) on which it begins; it is spent
-- in the unit in which somebody was at its end. SAFE units are one row without a name.
with lodging as (
    select l.stay_id, l.unit, s.left_at,
           (select expected_exit from shelter.term t where t.stay_id = s.stay_id order by version desc limit 1) as expected_exit,
           lead(l.stay_id) over of_stay is null as last,
           (l.since at time zone $2)::date as from_day,
           coalesce((lead(l.since) over of_stay at time zone $2)::date, (s.left_at at time zone $2)::date, $5::date) as to_day
      from shelter.lodging l
      join shelter.stay s on s.stay_id = l.stay_id
     where s.centre = $1 and (select within_reach($6))
    window of_stay as (partition by l.stay_id order by l.version)
)
select unit,
       coalesce(sum(greatest(0, least(to_day, $4::date + 1) - greatest(from_day, $3::date))), 0)::integer as nights,
       count(*) filter (where last and left_at is null and expected_exit < $5::date)::integer as overstays
  from lodging
 group by unit;
