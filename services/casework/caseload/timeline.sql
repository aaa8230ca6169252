-- What happened in a case and to its referrals, oldest first.
select stream_id, version, type, at, actor, details, void from caseload.step where (select within_reach($2))
   and case_id = $1 order by at, version limit 500;
