-- A listing replaces the text as a whole; what was verified stays verified.
insert into entry as e (entry_id, centre, org, service_code, status, listing, recorded_at)
select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::jsonb[], $7::timestamptz[])
    on conflict (entry_id) do update
   set org = excluded.org, service_code = excluded.service_code, status = excluded.status, listing = excluded.listing;
