-- repeats: feedback is given once
insert into feedback (feedback_id, event_id, centre, kind, service_code, about_service, due_ack, due_resolution, stage, recorded_at)
select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::timestamptz[],
                     $9::text[], $10::timestamptz[])
    on conflict do nothing;
