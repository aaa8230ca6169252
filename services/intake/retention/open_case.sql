insert into case_file (case_id, client_id, protected)
select * from unnest($1::uuid[], $2::uuid[], $3::boolean[])
    on conflict (case_id) do nothing;
