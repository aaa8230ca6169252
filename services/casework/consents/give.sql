-- repeats: each consent is a row of its own
insert into consent (client_id, consent_id, purpose, recipient_org, valid_to, version)
select client_id, consent_id, purpose, recipient_org, valid_to, version
  from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::date[], $6::integer[])
       as o(client_id, consent_id, purpose, recipient_org, valid_to, version)
    on conflict do nothing;
