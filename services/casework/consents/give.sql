-- repeats: each consent is a row of its own
insert into consent (client_id, consent_id, valid_to)
select client_id, consent_id, valid_to
  from unnest($1::uuid[], $2::uuid[], $3::date[]) as o(client_id, consent_id, valid_to)
    on conflict do nothing;
