-- repeats: a session is scheduled once
insert into session (session_id, centre, course, provider, sub_committee, place, starts, capacity, for_staff, recorded_at)
select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::integer[],
                     $9::boolean[], $10::timestamptz[])
    on conflict do nothing;
