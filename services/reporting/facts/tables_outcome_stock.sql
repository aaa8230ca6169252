-- What is so at the end of a period, or is judged there: dated at its last day, whichever day that is.

-- Members whom clients declared abroad, while they are linked at the last day, as each client said last.
create view abroad_known as
select m as f, m.*
  from known m
 cross join asked a
 where m.kind = 'member' and m.counted and m.c2 = 'YES' and m.date <= a.last
   and not exists (select from known b where b.kind = 'member' and b.stream = m.stream and b.item = m.item and b.client = m.client and b.seq > m.seq)
   and not exists (select from known u where u.kind = 'unlinked' and u.stream = m.stream and u.item = m.item and u.date <= a.last and u.seq > m.seq);

create view outcome_stock as
-- 04: everybody registered and not erased of whom there was a fact in the last twelve months.
select 'covered'::text as asked, null::known as f, coalesce(al.person, s.client) as who, s.centre, a.last as date, 'D'::text as precision,
       null::text as c1, null::text as c2, null::text as c3, null::text as c4,
       exists (select from allowed p where p.client = s.client and p.since <= a.last and p.until > a.last) as good, null::numeric as value
  from consent_state s
 cross join asked a
  left join alias al on al.record = s.client and al.until = 'infinity'
 where s.registered_on <= a.last and s.recorded_at <= a.known_at and not s.erased
   and exists (select from heard h where h.client = s.client and h.month > a.last - interval '12 months' and h.month <= a.last)
 union all
-- 06: of a household, in place of a person.
select 'behind', m.f, m.stream, m.centre, a.last, 'D', null, null, null, null, null, null
  from abroad_known m
 cross join asked a
 where exists (select from active_known k where k.client = m.client and k.date between a.first and a.last)
 union all
-- 08: clients who left for a year or longer and did not return. c1 country.
select 'absent', f, coalesce(f.person, f.client), f.centre, a.last, 'D', f.c1, null, null, null, null, null
  from known f
 cross join asked a
 where f.kind = 'departure' and f.counted and f.date <= a.last
   and not exists (select from known l where l.kind = 'departure' and l.stream = f.stream and l.counted and l.date <= a.last and (l.date, l.seq) > (f.date, f.seq))
   and not exists (select from known r where r.kind = 'return' and r.stream = f.stream and r.item = f.item and r.date <= a.last)
   and (f.date <= a.last - interval '12 months' or f.qty >= 12)
   and exists (select from heard h where h.client = f.client and h.month >= date_trunc('month', a.last - interval '24 months') and h.month <= a.last)
 union all
-- 08: members of whom the same is said, unless they are clients of their own.
select 'absent', m.f, m.item, m.centre, a.last, 'D', coalesce(m.c1, '_U'), null, null, null, null, null
  from abroad_known m
 cross join asked a
 where m.c3 is not null and rpad(m.c3, 10, '-01-01') <= to_char(a.last - interval '12 months', 'YYYY-MM-DD')
   and m.done >= a.last - interval '24 months'
   and not exists (select from consent_state s where s.client = m.item)
 union all
-- 14: months of pay, of departures in the 36 months to the end, by the rates of their month.
select 'cost', f, coalesce(f.person, f.client), f.centre, a.last, 'D', f.c1, f.isco, null, null, null,
       round(e.c1::numeric * r.cost / nullif(e.c3::numeric * r.pay, 0), 4)
  from known f
 cross join asked a
 cross join lateral (
    select e.* from known e
     where e.kind = 'earning' and e.stream = f.stream and e.item = f.item and e.counted and e.date <= a.last
     order by e.seq desc
     limit 1
 ) e
 cross join lateral (
    select case e.c2 when 'PHP' then 1 else (a.rates ->> (to_char(f.date, 'YYYY-MM') || ' ' || e.c2))::numeric end as cost,
           case e.c4 when 'PHP' then 1 else (a.rates ->> (to_char(f.date, 'YYYY-MM') || ' ' || e.c4))::numeric end as pay
 ) r
 where f.kind = 'departure' and f.counted and f.c3 not in ('_U', 'U', 'UNKNOWN') and f.precision <> 'Y'
   and f.date > a.last - interval '36 months' and f.date <= a.last and r.cost is not null and r.pay is not null
 union all
-- 24: requests opened 12 to 24 months before. good: found within twelve months.
select 'traced', f, coalesce(f.person, f.client), f.centre, a.last, 'D', null, null, null, null,
       exists (select from known d
                where d.kind = 'tracing' and d.stream = f.stream and d.item = f.item and d.c1 in ('VERIFIED', 'REUNIFIED')
                  and d.date <= f.date + interval '12 months'), null
  from known f
 cross join asked a
 where f.kind = 'tracing' and f.c1 = 'OPEN' and f.counted
   and f.date > a.last - interval '24 months' and f.date <= a.last - interval '12 months'
 union all
-- 29: open cases, whoever's they are. c1 who answers for them.
select 'load', f, null, s.centre, a.last, 'D', coalesce(w.c2, '_U'), null, null, null, null, null
  from known f
 cross join asked a
 cross join lateral (
    select s.centre, s.c1 from known s
     where s.kind = 'load' and s.stream = f.stream and s.c1 <> 'ASSIGNED' and s.date <= a.last
     order by s.seq desc
     limit 1
 ) s
  left join lateral (
    select w.c2 from known w
     where w.kind = 'load' and w.stream = f.stream and w.c1 = 'ASSIGNED' and w.date <= a.last
     order by w.seq desc
     limit 1
 ) w on true
 where f.kind = 'load' and f.c1 = 'OPENED' and f.date <= a.last and s.c1 <> 'CLOSED'
 union all
-- 34: nights in beds that are no safe house's. c1 kind of the unit.
select 'nights', s.f, coalesce(s.person, s.client), s.centre, a.last, 'D', s.c1, null, null, null, null,
       least(coalesce(s.left_on, a.last + 1), a.last + 1) - greatest(s.date, a.first)
  from stay_known s
 cross join asked a
 where s.counted and s.c1 <> 'SAFE' and s.date <= a.last and coalesce(s.left_on, a.last + 1) > a.first
 union all
-- 35: the stage that each return had reached. c1 stage, c2 country of return.
select 'stage', f, coalesce(f.person, f.client), f.centre, a.last, 'D', f.c1, f.c2, null, null, null, null
  from known f
 cross join asked a
 where f.kind = 'assist' and f.counted and f.date <= a.last
   and not exists (select from known l where l.kind = 'assist' and l.stream = f.stream and l.item = f.item and l.date <= a.last and l.seq > f.seq);
