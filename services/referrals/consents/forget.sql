-- repeats: a client is forgotten once
-- What rests on the record that goes on, because a forgotten duplicate of theirs did not permit it, rests on.
with rested as (delete from narrowed where client_id = any ($1::uuid[])),
     held as (delete from hold where client_id = any ($1::uuid[])),
     followed as (delete from alias where client_id = any ($1::uuid[]) or survivor = any ($1::uuid[]))
delete from consent where client_id = any ($1::uuid[]);
