-- repeats: a client is forgotten once
with rested as (delete from narrowed where client_id = any ($1::uuid[]) or other_id = any ($1::uuid[])),
     held as (delete from hold where client_id = any ($1::uuid[])),
     followed as (delete from alias where client_id = any ($1::uuid[]) or survivor = any ($1::uuid[]))
delete from consent where client_id = any ($1::uuid[]);
