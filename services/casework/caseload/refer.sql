-- repeats: a referral is sent once
insert into referral (referral_id, case_id, action_id, confidential)
select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::boolean[])
    on conflict do nothing;
