-- Kinds of what is open for a client and the records merged into theirs.
select distinct kind from running.open_item where (select within_reach($2))
   and client_id = any ($1::uuid[]) and open order by 1;
