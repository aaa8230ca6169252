-- repeats: each consent is a row of its own
insert into consent (client_id, consent_id, valid_to, version)
select client_id, consent_id, valid_to, version
  from unnest($1::uuid[], $2::uuid[], $3::date[], $4::integer[]) as o(client_id, consent_id, valid_to, version)
    on conflict do nothing;
