-- repeats: a client is forgotten once
delete from assessment where client_id = any ($1::uuid[]);
