-- A listing replaces the text as a whole; what was verified stays verified. areas, languages: words, since an array of arrays
-- has no type.
insert into entry as e (entry_id, centre, org, service_code, status, areas, languages, minimum_age, maximum_age, free, listing, recorded_at)
select o.entry_id, o.centre, o.org, o.service_code, o.status, string_to_array(o.areas, ' '), string_to_array(o.languages, ' '),
       o.minimum_age, o.maximum_age, o.free, o.listing, o.recorded_at
  from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::integer[], $9::integer[],
              $10::integer[], $11::jsonb[], $12::timestamptz[])
       as o(entry_id, centre, org, service_code, status, areas, languages, minimum_age, maximum_age, free, listing, recorded_at)
    on conflict (entry_id) do update
   set org = excluded.org, service_code = excluded.service_code, status = excluded.status, areas = excluded.areas,
       languages = excluded.languages, minimum_age = excluded.minimum_age, maximum_age = excluded.maximum_age, free = excluded.free,
       listing = excluded.listing;
