-- How many open cases somebody answers for.
select count(*) from caseload.case_file where worker = $1 and state <> 'CLOSED';
