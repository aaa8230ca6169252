-- repeats: once looked at, it stays looked at
update client set unseen = 0 where client_id = any ($1::uuid[]);
