-- The case and the step of its plan to which a referral belongs.
select case_id, action_id from caseload.referral where referral_id = $1 and (select within_reach($2));
