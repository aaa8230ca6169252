-- repeats: a client is forgotten once
delete from consent where client_id = any ($1::uuid[]);
