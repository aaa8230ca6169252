-- repeats: a client is registered once
insert into client (client_id, centre, on_day)
select * from unnest($1::uuid[], $2::text[], $3::date[])
    on conflict do nothing;
