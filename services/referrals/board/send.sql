-- repeats: a referral is sent once
insert into referral (referral_id, centre, direction, client_id, case_id, from_org, to_org, service_code, sub_committee,
                      priority, confidential, due_ack, due_service, sent_at, recorded_at)
select * from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[],
                     $10::text[], $11::boolean[], $12::timestamptz[], $13::timestamptz[], $14::timestamptz[], $15::timestamptz[])
    on conflict do nothing;
