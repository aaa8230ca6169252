-- How many open cases somebody answers for.
select count(*) from caseload.case_file where (select within_reach($2))
   and worker = $1 and state <> 'CLOSED';
