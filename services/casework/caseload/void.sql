-- The fact never was true: its line stays, marked; what followed from it goes. The fact of a line is voided after it was
-- recorded, so it is there.
with gone as (
    select * from unnest($1::uuid[], $2::uuid[]) as o(case_id, event_id)
), shown as (
    delete from hidden h using gone g where h.case_id = g.case_id and h.event_id = g.event_id
), moved as (
    delete from action a using gone g where a.case_id = g.case_id and a.event_id = g.event_id
), planned as (
    delete from follow_up f using gone g where f.case_id = g.case_id and f.event_id = g.event_id
), looked as (
    delete from looked_back b using gone g where b.event_id = g.event_id
)
update step s set void = true from gone g where s.stream_id = g.case_id and s.event_id = g.event_id;
