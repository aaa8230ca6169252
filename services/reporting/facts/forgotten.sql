-- repeats: heard twice, or once more in a rebuild, it is remembered once
insert into public.forgotten (client_id, aliases, version, erased_at)
select o.client_id, string_to_array(o.aliases, ' ')::uuid[], o.version, o.erased_at
  from unnest($1::uuid[], $2::text[], $3::integer[], $4::timestamptz[]) as o(client_id, aliases, version, erased_at)
    on conflict do nothing;
