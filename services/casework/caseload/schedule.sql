-- repeats: every look back is planned once
insert into follow_up (follow_up_id, case_id, event_id, type, due)
select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::date[])
    on conflict do nothing;
