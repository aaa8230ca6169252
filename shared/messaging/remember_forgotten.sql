-- A client was erased: this service has to purge and to acknowledge. Heard twice, it is remembered once.
insert into forgotten (client_id, aliases, version, erased_at)
values ($1, $2, $3, $4)
    on conflict do nothing;
