-- repeats: a request is received once
insert into request (event_id, request_id, client_id, centre, kind, objects_to, received_at, due_answer, recorded_at)
select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::timestamptz[],
                     $9::timestamptz[])
    on conflict do nothing;
