-- What became of people: activity, plans, journeys, screenings, trainings, what their households live on.

-- 02: whoever was there or was helped, and once for each month whoever slept in a shelter.
create view active_known as
select f, f.client, coalesce(f.person, f.client) as who, f.centre, f.date, f.precision, f.age,
       case f.kind when 'service' then f.c1 else '_Z' end as service
  from known f
 where f.kind in ('registration', 'encounter', 'service', 'learned') and f.counted and f.client is not null
 union all
select s.f, s.client, coalesce(s.person, s.client), s.centre, greatest(s.date, month::date), 'D', s.age, '_Z'
  from stay_known s
 cross join asked a
 cross join generate_series(date_trunc('month', greatest(s.date, a.first, '1990-01-01')::timestamp),
                            least(coalesce(s.left_on - 1, a.last), a.last, s.date + 36600)::timestamp, interval '1 month') as month
 where s.counted and s.date <= a.last and coalesce(s.left_on, a.last) > s.date;

-- 05: the latest assessment of each person until the end of the period, of whichever of their records.
create view assessed_known as
select distinct on (coalesce(l.person, l.client)) coalesce(l.person, l.client) as who, l.c1 = 'YES' as disabled
  from known l
 where l.kind = 'functioning' and l.counted and l.date <= (select a.last from asked a)
 order by coalesce(l.person, l.client), l.date desc, l.recorded_at desc, l.seq desc;

create view outcome_person as
-- 02: c1 the service, where it was one.
select 'active'::text as asked, k.f, k.who, k.centre, k.date, k.precision, k.service as c1, null::text as c2, null::text as c3,
       null::text as c4, null::boolean as good, null::numeric as value
  from active_known k
 union all
-- 05: of active persons of five years or more.
select 'disabled', k.f, k.who, k.centre, k.date, k.precision, null, null, null, null, d.disabled, null
  from active_known k
  join assessed_known d on d.who = k.who
 where k.age <> 'Y0T4'
 union all
-- 09: c1 how long somebody is away, as known at the end of the period.
select 'gone', f, coalesce(f.person, f.client), f.centre, f.date, f.precision,
       case when coalesce(r.date, a.last) >= f.date + interval '12 months' or r.date is null and f.qty >= 12 then 'LONG_TERM' else 'TEMPORARY' end,
       null, null, null, null, null
  from known f
 cross join asked a
  left join lateral (
    select r.date from known r where r.kind = 'return' and r.stream = f.stream and r.item = f.item and r.date <= a.last
     order by r.seq
     limit 1
 ) r on true
 where f.kind = 'departure' and f.counted
 union all
-- 07: c1 country, c2 occupation.
select 'intended', f, coalesce(f.person, f.client), f.centre, f.date, f.precision, f.c1, f.c2, f.c3, f.c4, null, null
  from known f
 where f.kind = 'intention' and f.counted
 union all
-- 11
select 'distress', f, coalesce(f.person, f.client), f.centre, f.date, f.precision, f.c1, f.c2, null, null, f.c3 = 'YES', null
  from known f
 where f.kind = 'return' and f.counted
 union all
-- 12
select 'undocumented', f, coalesce(f.person, f.client), f.centre, f.date, f.precision, f.c1, null, null, null, f.c4 = 'NO', null
  from known f
 where f.kind = 'departure' and f.counted and f.c4 in ('YES', 'NO')
 union all
-- 15: of a household, in place of a person, what was declared last.
select 'remittances', f, f.stream, f.centre, f.date, f.precision, f.c1, null, null, null, f.c1 in ('R3', 'R4'), null
  from known f
 where f.kind = 'economics' and f.counted and f.c1 <> 'U'
 union all
-- 17: c1 reason, c2 destination, of an arrival on the way or of a plan to leave.
select 'journey', f, coalesce(f.person, f.client), f.centre, f.date, f.precision,
       coalesce(case f.kind when 'transit' then f.c6 else f.c3 end, '_U'),
       coalesce(case f.kind when 'transit' then f.c5 else f.c1 end, '_U'), null, null, null, null
  from known f
 where f.kind in ('transit', 'intention') and f.counted
 union all
-- 19: dated at the seventh day.
select 'screened', f, coalesce(f.person, f.client), f.centre, f.date + 7, 'D', null, null, null, null,
       exists (select from known s
                where s.kind = 'screening' and s.counted and s.date <= f.date + 7
                  and s.stream = any (array(
                         select coalesce(f.person, f.client)
                          union all
                         select a.record from alias a where a.person = coalesce(f.person, f.client) and a.until = 'infinity'))), null
  from known f
 where f.kind = 'registration' and f.counted
 union all
-- 20: a row for each level of determinants.
select 'severe', f, coalesce(f.person, f.client), f.centre, f.date, f.precision, level, null, null, null,
       level = any (string_to_array(f.c3, ' ')), null
  from known f
 cross join unnest(array['INDIVIDUAL', 'HOUSEHOLD', 'COMMUNITY', 'STRUCTURAL']) as level
 where f.kind = 'screening' and f.counted
 union all
-- 32: seats in sessions that were held, dated at the session; value what the scores gained.
select 'trained', f, coalesce(f.person, f.client), f.centre, h.date, h.precision, s.c1, s.c2, null, null,
       coalesce(l.c1 = 'YES', false), l.qty
  from known f
  join known s on s.kind = 'session' and s.stream = f.stream
  join known h on h.kind = 'held' and h.stream = f.stream
  left join lateral (
    select l.c1, l.qty from known l
     where l.kind = 'learned' and l.stream = f.stream and l.client = f.client
     order by l.seq desc
     limit 1
 ) l on true
 where f.kind = 'seat' and f.c1 = 'TAKEN' and f.counted
   and not exists (select from known g where g.kind = 'seat' and g.stream = f.stream and g.client = f.client and g.seq > f.seq);
