-- repeats: a case is settled from its lines, however often
-- State, kind and next look back of a case, from the lines that stand: the last one that sets a state, and what an
-- assessment or a follow-up after it made of it, as in the fold. A line that turned out void is as if it had never been.
with touched as (
    select distinct case_id from unnest($1::uuid[]) as o(case_id)
), last as (
    select distinct on (s.case_id) s.case_id, s.version, s.sets
      from touched t join step s on s.case_id = t.case_id and s.stream_id = t.case_id
     where s.sets is not null and not s.void
     order by s.case_id, s.version desc
)
update case_file c
   set state = case
           when l.sets = 'OPEN' and exists (
               select from step a where a.stream_id = c.case_id and a.type = 'needs-assessed' and a.version > l.version and not a.void
           ) then 'ASSESSED'
           when l.sets = 'PLAN_AGREED' and exists (
               select from step f
                where f.stream_id = c.case_id and f.type = 'follow-up-scheduled' and f.version > l.version and not f.void
                  and not exists (
                      select from (
                          select (array_agg(a.plan_no order by a.version desc))[1] as plan_no,
                                 (array_agg(a.status order by a.version desc) filter (where a.status is not null))[1] as status
                            from action a
                           where a.case_id = c.case_id and a.version < f.version
                           group by a.action_id
                      ) as at_that_time
                       where plan_no = (select max(p.plan_no) from action p
                                         where p.case_id = c.case_id and p.version < f.version and p.status is null)
                         and coalesce(status, 'PLANNED') not in ('DONE', 'CANCELLED')
                  )
           ) then 'FOLLOW_UP'
           else l.sets
       end,
       kind = case when exists (select from hidden h where h.case_id = c.case_id) then 'CONFIDENTIAL' else 'GENERAL' end,
       next_follow_up = (
           select min(f.due) from follow_up f
            where f.case_id = c.case_id
              and not exists (select from looked_back b where b.follow_up_id = f.follow_up_id)
       )
  from last l
 where c.case_id = l.case_id;
