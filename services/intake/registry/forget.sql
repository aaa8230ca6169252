-- repeats: a client is forgotten once
delete from client where client_id = any ($1::uuid[]);
