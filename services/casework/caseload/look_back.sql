-- repeats: every look back takes place once
insert into looked_back (follow_up_id, event_id, done, contact)
select * from unnest($1::uuid[], $2::uuid[], $3::date[], $4::text[])
    on conflict do nothing;
