-- Forget clients ($1) and the referrals that were theirs before ($2). Answers the referrals.
delete from referral where client_id = any ($1::uuid[]) or referral_id = any ($2::uuid[])
returning referral_id;
