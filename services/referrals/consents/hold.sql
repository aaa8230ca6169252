-- repeats: each hold is a row of its own
insert into hold (client_id, hold_id, until)
select * from unnest($1::uuid[], $2::uuid[], $3::date[])
    on conflict do nothing;
