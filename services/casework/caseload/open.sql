-- repeats: a case is opened once
insert into case_file (case_id, client_id, centre, kind, priority, source, sub_committee, opened_at, recorded_at)
select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[],
                     $9::timestamptz[])
    on conflict do nothing;
