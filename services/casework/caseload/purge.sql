-- Forget clients ($1) with their cases, also those whose late facts come after a first purge ($2). Answers the cases.
with theirs as (
    select case_id from case_file where client_id = any ($1::uuid[])
    union
    select unnest($2::uuid[])
), gone as (
    delete from case_file c using theirs t where c.case_id = t.case_id returning c.case_id
), lines as (
    delete from step s using theirs t where s.case_id = t.case_id
), links as (
    delete from referral r using theirs t where r.case_id = t.case_id
), steps as (
    delete from action a using theirs t where a.case_id = t.case_id
), looked as (
    delete from looked_back b using follow_up f, theirs t where b.follow_up_id = f.follow_up_id and f.case_id = t.case_id
), planned as (
    delete from follow_up f using theirs t where f.case_id = t.case_id
), covered as (
    delete from hidden h using theirs t where h.case_id = t.case_id
)
select case_id from gone;
