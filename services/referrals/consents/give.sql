-- repeats: each consent is a row of its own
insert into consent (client_id, consent_id, recipient_org, withheld, valid_to, replaces, version)
select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::date[], $6::uuid[], $7::integer[])
    on conflict do nothing;
