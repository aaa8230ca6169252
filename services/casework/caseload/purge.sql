-- Forget clients ($1) with their cases, also those whose late facts come after a first purge ($2). Answers the cases.
with gone as (
    delete from case_file where client_id = any ($1::uuid[]) or case_id = any ($2::uuid[]) returning case_id
), lines as (
    delete from step s where s.case_id = any ($2::uuid[]) or s.case_id in (select f.case_id from case_file f where f.client_id = any ($1::uuid[]))
), links as (
    delete from referral r where r.case_id = any ($2::uuid[]) or r.case_id in (select f.case_id from case_file f where f.client_id = any ($1::uuid[]))
)
select case_id from gone;
