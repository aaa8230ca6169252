-- Kinds of what is open for a client and the records merged into theirs.
select distinct kind from running.open_item where client_id = any ($1::uuid[]) and open order by 1;
