-- What became of cases. Of these views each row is one item of a question: the fact `f` that it rests on, whose attributes
-- it has; `who` it is of; the day on which it counts; `good` whether the answer is yes; `value` what is averaged or added up.
-- Whoever asks for another fact of the same person asks all records that are theirs:
-- written out, because a function in a view reads with the rights of the one who asks.

-- The true type of each case: of its latest assessment, else as it was opened.
create view case_known as
select o.stream, o.client, o.date as opened_on, coalesce(a.c1, o.c3, 'UNASSESSED') as case_type
  from known o
  left join lateral (
    select a.c1 from known a
     where a.kind = 'assessment' and a.stream = o.stream
     order by a.seq desc
     limit 1
 ) a on true
 where o.kind = 'case' and o.c1 = 'OPENED';

create view outcome_case as
-- 25: c1 what happened, c2 type of the case.
select 'case'::text as asked, f, coalesce(f.person, f.client) as who, f.centre, f.date, f.precision,
       f.c1 as c1, k.case_type as c2, null::text as c3, null::text as c4, null::boolean as good, f.qty as value
  from known f
  join case_known k on k.stream = f.stream
 where f.kind = 'case' and f.counted
 union all
-- 25: what another centre took over leaves the one where it was.
select 'handed', f, coalesce(f.person, f.client), was.centre, f.date, f.precision, f.c1, k.case_type, null, null, null, null
  from known f
  join case_known k on k.stream = f.stream
 cross join lateral (
    select b.centre from known b
     where b.kind = 'case' and b.stream = f.stream and b.seq < f.seq
     order by b.seq desc
     limit 1
 ) was
 where f.kind = 'case' and f.c1 = 'TRANSFERRED' and f.counted
 union all
-- 25: open at the end of the period, where it is then.
select 'open', f, coalesce(f.person, f.client), f.centre, f.date, f.precision, f.c1, k.case_type, null, null, null, null
  from known f
  join case_known k on k.stream = f.stream
 where f.kind = 'case' and f.c1 <> 'CLOSED' and f.counted
   and not exists (select from known e
                    where e.kind = 'case' and e.stream = f.stream and e.seq > f.seq and e.date <= (select a.last from asked a))
 union all
-- 26: days from the opening to the first closure; c3 the bin.
select 'duration', f, coalesce(f.person, f.client), f.centre, f.date, f.precision, null, k.case_type,
       (array['D0T30', 'D31T90', 'D91T180', 'D_GE181'])[width_bucket(f.date - k.opened_on, array[-2147483648, 31, 91, 181])],
       null, null, f.date - k.opened_on
  from known f
  join case_known k on k.stream = f.stream
 where f.kind = 'case' and f.c1 = 'CLOSED' and f.counted
   and not exists (select from known b where b.kind = 'case' and b.c1 = 'CLOSED' and b.stream = f.stream and b.seq < f.seq)
 union all
-- 27
select 'need', f, coalesce(f.person, f.client), f.centre, f.date, f.precision, f.c1, f.c2, null, null, f.c2 = 'MET', null
  from known f
 where f.kind = 'need' and f.counted and f.c2 <> 'UNKNOWN'
 union all
-- 28: dated at the limit: 30 days after a known return for a case of reintegration, else 14 after the opening.
select 'planned', f, coalesce(f.person, f.client), f.centre, l.day, 'D', null, k.case_type, null, null,
       exists (select from known p where p.kind = 'plan' and p.stream = f.stream and p.date <= l.day), null
  from known f
  join case_known k on k.stream = f.stream
 cross join lateral (
    select coalesce(
               case k.case_type when 'RETURN_REINTEGRATION' then (
                   select max(r.date) + 30 from known r
                    where r.kind = 'return' and r.counted and r.date <= f.date
                      and r.stream = any (array(
                             select coalesce(f.person, f.client)
                              union all
                             select a.record from alias a where a.person = coalesce(f.person, f.client) and a.until = 'infinity'))) end,
               f.date + 14) as day
 ) l
 where f.kind = 'case' and f.c1 = 'OPENED' and f.counted
 union all
-- 31
select 'followed', f, coalesce(f.person, f.client), f.centre, f.date, f.precision, f.c1, null, null, null,
       exists (select from known d where d.kind = 'contact' and d.stream = f.stream and d.item = f.item and d.date <= f.date + 7), null
  from known f
 where f.kind = 'follow-up' and f.counted
   and not exists (select from known d where d.kind = 'contact' and d.stream = f.stream and d.item = f.item and d.c2 = 'CANCELLED')
 union all
-- 33: dated 90 days after the first referral to a job; c1 where the work was found.
select 'placed', f, coalesce(f.person, f.client), f.centre, f.date + 90, 'D', coalesce(p.found, '_Z'), null, null, null,
       p.found is not null, null
  from known f
  left join lateral (
    select case p.c5 when 'PLACED_LOCAL' then 'LOCAL' else 'OVERSEAS' end as found
      from known p
     where p.kind = 'service' and p.counted and p.c5 in ('PLACED_LOCAL', 'PLACED_OVERSEAS')
       and p.client is not null and p.client = any (array(
              select coalesce(f.person, f.client)
               union all
              select a.record from alias a where a.person = coalesce(f.person, f.client) and a.until = 'infinity'))
       and p.date between f.date and f.date + 90
     order by p.date
     limit 1
 ) p on true
 where f.kind = 'service' and f.c5 = 'REFERRED_TO_JOB' and f.counted
   and not exists (select from known b
                    where b.kind = 'service' and b.c5 = 'REFERRED_TO_JOB' and b.counted
                      and coalesce(b.person, b.client) = coalesce(f.person, f.client)
                      and (b.date, b.recorded_at) < (f.date, f.recorded_at))
 union all
-- 36: the first measure of a return between 6 and 12 months after it; of a person who counts, however early it was measured.
select 'settled', f, coalesce(f.person, f.client), f.centre, f.date, f.precision, null, null, null, null,
       (select l.qty > f.qty + 0.05 from known l
         where l.kind = 'reintegration' and l.stream = f.stream and l.item = f.item
         order by l.c1 desc, l.seq desc
         limit 1), f.qty
  from known f
 where f.kind = 'reintegration' and f.c1 between '006' and '012'
   and exists (select from consent_state c where c.client = f.client and c.consent_id is not null)
   and not exists (select from known b
                    where b.kind = 'reintegration' and b.stream = f.stream and b.item = f.item
                      and b.c1 between '006' and '012' and (b.c1, b.seq) < (f.c1, f.seq))
 union all
-- 21: c1 the status when it was first assessed for a person, c2 kinds of exploitation.
select 'trafficking', f, coalesce(f.person, f.client), f.centre, f.date, f.precision,
       case f.c2 when 'PossibleVictimOfTrafficking' then 'POSSIBLE' else 'ACTUAL' end, coalesce(f.c3, '_U'), null, null, null, null
  from known f
 where f.kind = 'protection' and f.c1 = 'TRAFFICKING' and f.counted
   and f.c2 in ('PossibleVictimOfTrafficking', 'ActualVictimOfTrafficking')
   and not exists (select from known b
                    where b.kind = 'protection' and b.c1 = 'TRAFFICKING' and b.c2 = f.c2 and b.counted
                      and coalesce(b.person, b.client) = coalesce(f.person, f.client)
                      and (b.date, b.recorded_at, b.event_id) < (f.date, f.recorded_at, f.event_id))
 union all
-- 22: children on their own, by the day on which it was found. good: best interests assessed within 14 days. c2 whether those
-- 14 days are over at the end of the period.
select 'alone', f, coalesce(f.person, f.client), f.centre, f.date, f.precision, f.c2,
       case when f.date <= (select a.last - 14 from asked a) then 'DUE' else '_Z' end, null, null,
       exists (select from known b
                where b.kind = 'protection' and b.c1 = 'BEST_INTERESTS' and b.c2 = 'BIA' and b.counted
                  and b.client is not null and b.client = any (array(
                         select coalesce(f.person, f.client)
                          union all
                         select a.record from alias a where a.person = coalesce(f.person, f.client) and a.until = 'infinity'))
                  and b.date between f.date and f.date + 14), null
  from known f
 where f.kind = 'protection' and f.c1 = 'CHILD_SEPARATION' and f.counted
   and not exists (select from known b
                    where b.kind = 'protection' and b.c1 = 'CHILD_SEPARATION' and b.counted
                      and coalesce(b.person, b.client) = coalesce(f.person, f.client)
                      and (b.date, b.recorded_at, b.event_id) < (f.date, f.recorded_at, f.event_id))
 union all
-- 34: stays that ended, by their nights; and the room that there was.
select 'slept', s.f, coalesce(s.person, s.client), s.centre, s.left_on, 'D', s.c1, null, null, null, null, s.left_on - s.date
  from stay_known s
 where s.counted and s.c1 <> 'SAFE' and s.left_on is not null
 union all
select 'room', s.f, coalesce(s.person, s.client), s.centre, s.date, 'D', s.c1, null, null, null, null, s.c2::numeric
  from stay_known s
 where s.counted and s.c1 <> 'SAFE'
 union all
-- 35: days from the request to the departure; and of those that ended, who took it back. c1 country of return.
select 'departing', f, coalesce(f.person, f.client), f.centre, f.date, f.precision, f.c2, null, null, null, null, f.date - r.date
  from known f
  join known r on r.kind = 'assist' and r.stream = f.stream and r.item = f.item and r.c1 = 'REQUESTED'
 where f.kind = 'assist' and f.c1 = 'DEPARTED' and f.counted
 union all
select 'withdrawn', f, coalesce(f.person, f.client), f.centre, f.date, f.precision, f.c2, null, null, null, f.c1 = 'WITHDRAWN', null
  from known f
 where f.kind = 'assist' and f.c1 in ('WITHDRAWN', 'DEPARTED') and f.counted
 union all
-- 35: c1 stage, c2 document.
select 'consular', f, coalesce(f.person, f.client), f.centre, f.date, f.precision, f.c1, f.c2, null, null, null, null
  from known f
 where f.kind = 'consular' and f.c1 in ('SUBMITTED', 'ISSUED', 'REFUSED') and f.counted;
