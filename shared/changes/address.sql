-- repeats: every side is a row of its own
insert into side (id, audience)
select * from unnest($1::uuid[], $2::text[])
    on conflict do nothing;
