-- What became of referrals to others, and of what people told us afterwards.

create view outcome_referral as
-- 37, 39: what was promised to whom we sent somebody, dated at the day of the promise. c2 ACK, SERVICE or SILENCE.
select 'promise'::text as asked, f, coalesce(f.person, f.client) as who, f.centre, f.date, f.precision, f.c1 as c1,
       case f.c4 when 'DUE_ACK' then 'ACK' when 'DUE_SERVICE' then 'SERVICE' else 'SILENCE' end as c2, f.c3 as c3, f.c5 as c4,
       case f.c4 when 'DUE_ACK' then a.answered <= f.due when 'DUE_SERVICE' then a.delivered <= f.due
                 else a.answered is null or a.answered > f.due end is true as good, null::numeric as value
  from known f
 cross join lateral (
    select min(a.done) filter (where a.c1 in ('ACKNOWLEDGED', 'ACCEPTED', 'DECLINED')) as answered,
           min(a.done) filter (where a.c1 = 'DELIVERED') as delivered,
           min(a.done) filter (where a.c1 = 'WITHDRAWN') as withdrawn
      from known a
     where a.kind = 'answer' and a.stream = f.stream
 ) a
 where f.kind = 'promise' and f.c2 = 'OUT' and f.counted
   and (f.c4 = 'LAPSE_ACK' or a.withdrawn is null or a.withdrawn >= f.due)
 union all
-- 38: not withdrawn before an answer. good: accepted until two weeks after the period. c2 why it was declined.
select 'sent', f, coalesce(f.person, f.client), f.centre, f.date, f.precision, f.c1, coalesce(a.declined_for, '_Z'), f.c3, f.c5,
       coalesce(a.accepted_on <= (select q.last from asked q) + 14, false), null
  from known f
 cross join lateral (
    select min(a.done) filter (where a.c1 in ('ACCEPTED', 'DECLINED')) as decided,
           min(a.date) filter (where a.c1 = 'ACCEPTED') as accepted_on,
           min(a.c2) filter (where a.c1 = 'DECLINED') as declined_for,
           min(a.done) filter (where a.c1 = 'WITHDRAWN') as withdrawn
      from known a
     where a.kind = 'answer' and a.stream = f.stream
 ) a
 where f.kind = 'referral' and f.c2 = 'OUT' and f.counted
   and (a.withdrawn is null or a.decided <= a.withdrawn)
 union all
-- 40: forms whose first answer counts, and complaints by the day until which they are to be resolved.
select 'satisfied', f, null, f.centre, f.date, f.precision, f.c2, f.c3, null, null, f.c1 in ('4', '5'), f.qty
  from known f
 where f.kind = 'feedback' and f.counted and f.c1 is not null
 union all
select 'resolved', f, null, f.centre, f.date, f.precision, f.c1, null, null, null,
       exists (select from known r where r.kind = 'complaint-step' and r.stream = f.stream and r.c1 = 'RESOLVED' and r.date <= f.date), null
  from known f
 where f.kind = 'complaint' and f.counted;
