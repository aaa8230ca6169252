insert into assigned (id, worker)
select * from unnest($1::uuid[], $2::text[])
    on conflict (id) do update set worker = excluded.worker;
