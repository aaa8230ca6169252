-- What became of things, all questions in one view: `asked` names the question. One row for each item, dated in the period in
-- which it counts, made of facts that count, so that whatever changes a fact changes these with it. What becomes of one may be
-- told by another centre; what comes out is of the centres in reach.
create view outcome as
select q.asked, q.who as client, (q.f).event_id, (q.f).part, q.centre, q.date, q.precision, period_of(q.date, q.precision) as period,
       coalesce((q.f).recorded_at, '-infinity') as recorded_at, (q.f).seq, (q.f).sex, (q.f).age, a11_of((q.f).age) as a11, a5_of((q.f).age) as a5, a2_of((q.f).age) as a2,
       (q.f).area, (q.f).nat, (q.f).edu, (q.f).isco, (q.f).types, q.c1, q.c2, q.c3, q.c4, q.good, q.value
  from (
    select * from outcome_case
     union all
    select * from outcome_person
     union all
    select * from outcome_referral
     union all
    select * from outcome_stock
 ) q
 where (select reach_whole()) or q.centre = any ((select reach_centres())::text[]);
