-- repeats: a client is registered once
insert into client (client_id, centre, registered_on, channel, open_case, search_hits, unseen, recorded_at)
select client_id, centre, registered_on, channel, open_case, search_hits, unseen, recorded_at
  from unnest($1::uuid[], $2::text[], $3::date[], $4::text[], $5::boolean[], $6::integer[], $7::integer[], $8::timestamptz[])
       as o(client_id, centre, registered_on, channel, open_case, search_hits, unseen, recorded_at)
    on conflict do nothing;
