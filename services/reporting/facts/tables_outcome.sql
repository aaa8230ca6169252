-- What became of things: one row for each item of an indicator that is a share, a duration or a state, dated in the period
-- in which it counts. `asked` names the question; `good` whether the answer is yes; `value` what is averaged or added up.
-- Made of facts that count, so that whatever changes a fact changes these with it.

-- The true type of each case: of its latest assessment, else as it was opened.
create view case_known as
select o.stream, o.client, o.date as opened_on, coalesce(a.c1, o.c3, 'UNASSESSED') as case_type
  from fact o
  left join lateral (
    select a.c1 from fact a
     where a.kind = 'assessment' and a.stream = o.stream and a.voided_at is null
     order by a.seq desc
     limit 1
 ) a on true
 where o.kind = 'case' and o.c1 = 'OPENED' and o.voided_at is null;

create view outcome as
select q.asked, q.client, q.centre, q.date, q.precision, period_of(q.date, q.precision) as period, q.recorded_at, q.seq,
       q.sex, q.age, a11_of(q.age) as a11, a5_of(q.age) as a5, a2_of(q.age) as a2, q.area, q.nat, q.edu, q.isco, q.types,
       q.c1, q.c2, q.c3, q.c4, q.good, q.value
  from (
    -- 02: whoever was there or was helped. c1: the service, where it was one.
    select 'active'::text as asked, coalesce(f.person, f.client) as client, f.centre, f.date, f.precision, f.recorded_at, f.seq,
           f.sex, f.age, f.area, f.nat, f.edu, f.isco, f.types,
           case f.kind when 'service' then f.c1 else '_Z' end as c1, null::text as c2, null::text as c3, null::text as c4,
           null::boolean as good, null::numeric as value
      from fact f
     where f.kind in ('registration', 'encounter', 'service') and f.counted and f.client is not null
     union all
    -- 07: c1 country, c2 occupation.
    select 'intended', coalesce(f.person, f.client), f.centre, f.date, f.precision, f.recorded_at, f.seq,
           f.sex, f.age, f.area, f.nat, f.edu, f.isco, f.types, f.c1, f.c2, f.c3, f.c4, null, null
      from fact f
     where f.kind = 'intention' and f.counted
     union all
    -- 11
    select 'distress', coalesce(f.person, f.client), f.centre, f.date, f.precision, f.recorded_at, f.seq,
           f.sex, f.age, f.area, f.nat, f.edu, f.isco, f.types, f.c1, f.c2, null, null, f.c3 = 'YES', null
      from fact f
     where f.kind = 'return' and f.counted
     union all
    -- 12
    select 'undocumented', coalesce(f.person, f.client), f.centre, f.date, f.precision, f.recorded_at, f.seq,
           f.sex, f.age, f.area, f.nat, f.edu, f.isco, f.types, f.c1, null, null, null, f.c4 = 'NO', null
      from fact f
     where f.kind = 'departure' and f.counted and f.c4 in ('YES', 'NO')
     union all
    -- 17: c1 reason, c2 destination, of an arrival on the way or of a plan to leave.
    select 'journey', coalesce(f.person, f.client), f.centre, f.date, f.precision, f.recorded_at, f.seq,
           f.sex, f.age, f.area, f.nat, f.edu, f.isco, f.types,
           coalesce(case f.kind when 'transit' then f.c6 else f.c3 end, '_U'),
           coalesce(case f.kind when 'transit' then f.c5 else f.c1 end, '_U'), null, null, null, null
      from fact f
     where f.kind in ('transit', 'intention') and f.counted
     union all
    -- 19: dated at the seventh day.
    select 'screened', coalesce(f.person, f.client), f.centre, f.date + 7, 'D', f.recorded_at, f.seq,
           f.sex, f.age, f.area, f.nat, f.edu, f.isco, f.types, null, null, null, null,
           exists (select from fact s
                    where s.kind = 'screening' and s.stream = f.stream and s.counted and s.date <= f.date + 7), null
      from fact f
     where f.kind = 'registration' and f.counted
     union all
    -- 20: a row for each level of determinants.
    select 'severe', coalesce(f.person, f.client), f.centre, f.date, f.precision, f.recorded_at, f.seq,
           f.sex, f.age, f.area, f.nat, f.edu, f.isco, f.types, level, null, null, null,
           level = any (string_to_array(f.c3, ' ')), null
      from fact f
     cross join unnest(array['INDIVIDUAL', 'HOUSEHOLD', 'COMMUNITY', 'STRUCTURAL']) as level
     where f.kind = 'screening' and f.counted
     union all
    -- 25: c1 what happened, c2 type of the case.
    select 'case', coalesce(f.person, f.client), f.centre, f.date, f.precision, f.recorded_at, f.seq,
           f.sex, f.age, f.area, f.nat, f.edu, f.isco, f.types, f.c1, k.case_type, null, null, null, f.qty
      from fact f
      join case_known k on k.stream = f.stream
     where f.kind = 'case' and f.counted
     union all
    -- 26: days from the opening to the first closure; c3 the bin.
    select 'duration', coalesce(f.person, f.client), f.centre, f.date, f.precision, f.recorded_at, f.seq,
           f.sex, f.age, f.area, f.nat, f.edu, f.isco, f.types, null, k.case_type,
           (array['D0T30', 'D31T90', 'D91T180', 'D_GE181'])[width_bucket(f.date - k.opened_on, array[-2147483648, 31, 91, 181])], null,
           null, f.date - k.opened_on
      from fact f
      join case_known k on k.stream = f.stream
     where f.kind = 'case' and f.c1 = 'CLOSED' and f.counted
       and not exists (select from fact b
                        where b.kind = 'case' and b.c1 = 'CLOSED' and b.stream = f.stream and b.seq < f.seq and b.voided_at is null)
     union all
    -- 27
    select 'need', coalesce(f.person, f.client), f.centre, f.date, f.precision, f.recorded_at, f.seq,
           f.sex, f.age, f.area, f.nat, f.edu, f.isco, f.types, f.c1, f.c2, null, null, f.c2 = 'MET', null
      from fact f
     where f.kind = 'need' and f.counted and f.c2 <> 'UNKNOWN'
     union all
    -- 28: dated at the limit: 30 days after a known return for a case of reintegration, else 14 after the opening.
    select 'planned', coalesce(f.person, f.client), f.centre, l.day, 'D', f.recorded_at, f.seq,
           f.sex, f.age, f.area, f.nat, f.edu, f.isco, f.types, null, k.case_type, null, null,
           exists (select from fact p
                    where p.kind = 'plan' and p.stream = f.stream and p.voided_at is null and p.date <= l.day), null
      from fact f
      join case_known k on k.stream = f.stream
     cross join lateral (
        select coalesce(
                   case k.case_type when 'RETURN_REINTEGRATION' then (
                       select max(r.date) + 30 from fact r
                        where r.kind = 'return' and r.stream = f.client and r.counted and r.date <= f.date) end,
                   f.date + 14) as day
     ) l
     where f.kind = 'case' and f.c1 = 'OPENED' and f.counted
     union all
    -- 31
    select 'followed', coalesce(f.person, f.client), f.centre, f.date, f.precision, f.recorded_at, f.seq,
           f.sex, f.age, f.area, f.nat, f.edu, f.isco, f.types, f.c1, null, null, null,
           exists (select from fact d
                    where d.kind = 'contact' and d.stream = f.stream and d.item = f.item and d.voided_at is null
                      and d.date <= f.date + 7), null
      from fact f
     where f.kind = 'follow-up' and f.counted
       and not exists (select from fact d
                        where d.kind = 'contact' and d.stream = f.stream and d.item = f.item and d.voided_at is null
                          and d.c2 = 'CANCELLED')
     union all
    -- 33: dated 90 days after the first referral to a job; c1 where the work was found.
    select 'placed', coalesce(f.person, f.client), f.centre, f.date + 90, 'D', f.recorded_at, f.seq,
           f.sex, f.age, f.area, f.nat, f.edu, f.isco, f.types, coalesce(p.found, '_Z'), null, null, null, p.found is not null, null
      from fact f
      left join lateral (
        select case p.c5 when 'PLACED_LOCAL' then 'LOCAL' else 'OVERSEAS' end as found
          from fact p
         where p.kind = 'service' and p.client = f.client and p.counted and p.c5 in ('PLACED_LOCAL', 'PLACED_OVERSEAS')
           and p.date between f.date and f.date + 90
         order by p.date
         limit 1
     ) p on true
     where f.kind = 'service' and f.c5 = 'REFERRED_TO_JOB' and f.counted
       and not exists (select from fact b
                        where b.kind = 'service' and b.client = f.client and b.c5 = 'REFERRED_TO_JOB' and b.counted
                          and (b.date, b.recorded_at) < (f.date, f.recorded_at))
     union all
    -- 37, 39: what was promised to whom we sent somebody, dated at the day of the promise. c2 ACK, SERVICE or SILENCE.
    select 'promise', coalesce(f.person, f.client), f.centre, f.date, f.precision, f.recorded_at, f.seq,
           f.sex, f.age, f.area, f.nat, f.edu, f.isco, f.types, f.c1,
           case f.c4 when 'DUE_ACK' then 'ACK' when 'DUE_SERVICE' then 'SERVICE' else 'SILENCE' end, f.c3, f.c5,
           case f.c4 when 'DUE_ACK' then a.answered <= f.due when 'DUE_SERVICE' then a.delivered <= f.due
                     else a.answered is null or a.answered > f.due end is true, null
      from fact f
     cross join lateral (
        select min(a.done) filter (where a.c1 in ('ACKNOWLEDGED', 'ACCEPTED', 'DECLINED')) as answered,
               min(a.done) filter (where a.c1 = 'DELIVERED') as delivered,
               min(a.done) filter (where a.c1 = 'WITHDRAWN') as withdrawn
          from fact a
         where a.kind = 'answer' and a.stream = f.stream and a.voided_at is null
     ) a
     where f.kind = 'promise' and f.c2 = 'OUT' and f.counted
       and (f.c4 = 'LAPSE_ACK' or a.withdrawn is null or a.withdrawn >= f.due)
     union all
    -- 15: of a household, in place of a person, what was declared last.
    select 'remittances', f.stream, f.centre, f.date, f.precision, f.recorded_at, f.seq,
           f.sex, f.age, f.area, f.nat, f.edu, f.isco, f.types, f.c1, null, null, null, f.c1 in ('R3', 'R4'), null
      from fact f
     where f.kind = 'economics' and f.counted and f.c1 <> 'U'
     union all
    -- 32: seats in sessions that were held, dated at the session; value what the scores gained.
    select 'trained', coalesce(f.person, f.client), f.centre, h.date, h.precision, f.recorded_at, f.seq,
           f.sex, f.age, f.area, f.nat, f.edu, f.isco, f.types, s.c1, s.c2, null, null, coalesce(l.c1 = 'YES', false), l.qty
      from fact f
      join fact s on s.kind = 'session' and s.stream = f.stream and s.voided_at is null
      join fact h on h.kind = 'held' and h.stream = f.stream and h.voided_at is null
      left join lateral (
        select l.c1, l.qty from fact l
         where l.kind = 'learned' and l.stream = f.stream and l.client = f.client and l.voided_at is null
         order by l.seq desc
         limit 1
     ) l on true
     where f.kind = 'seat' and f.c1 = 'TAKEN' and f.counted
       and not exists (select from fact g
                        where g.kind = 'seat' and g.stream = f.stream and g.client = f.client and g.seq > f.seq and g.voided_at is null)
     union all
    -- 36: the first measure of a return between 6 and 12 months after it.
    select 'settled', coalesce(f.person, f.client), f.centre, f.date, f.precision, f.recorded_at, f.seq,
           f.sex, f.age, f.area, f.nat, f.edu, f.isco, f.types, null, null, null, null,
           (select l.qty > f.qty + 0.05 from fact l
             where l.kind = 'reintegration' and l.stream = f.stream and l.item = f.item and l.voided_at is null
             order by l.c1 desc, l.seq desc
             limit 1), f.qty
      from fact f
     where f.kind = 'reintegration' and f.voided_at is null and f.c1 between '006' and '012'
       and exists (select from consent_state c where c.client = f.client and c.consent_id is not null)
       and not exists (select from fact b
                        where b.kind = 'reintegration' and b.stream = f.stream and b.item = f.item and b.voided_at is null
                          and b.c1 between '006' and '012' and (b.c1, b.seq) < (f.c1, f.seq))
     union all
    -- 40: forms whose first answer counts, and complaints by the day until which they are to be resolved.
    select 'satisfied', null, f.centre, f.date, f.precision, f.recorded_at, f.seq,
           f.sex, f.age, f.area, f.nat, f.edu, f.isco, f.types, f.c2, f.c3, null, null, f.c1 in ('4', '5'), f.qty
      from fact f
     where f.kind = 'feedback' and f.counted and f.c1 is not null
     union all
    select 'resolved', null, f.centre, f.date, f.precision, f.recorded_at, f.seq,
           f.sex, f.age, f.area, f.nat, f.edu, f.isco, f.types, f.c1, null, null, null,
           exists (select from fact r
                    where r.kind = 'complaint-step' and r.stream = f.stream and r.c1 = 'RESOLVED' and r.voided_at is null
                      and r.date <= f.date), null
      from fact f
     where f.kind = 'complaint' and f.counted
 ) q;
