-- repeats: each purpose and recipient is a row of its own
insert into narrowed (client_id, other_id, purpose, recipient_org, version)
select client_id, other_id, purpose, recipient_org, version
  from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::integer[])
       as o(client_id, other_id, purpose, recipient_org, version)
    on conflict (client_id, other_id, purpose, recipient_org) do update set version = excluded.version;
