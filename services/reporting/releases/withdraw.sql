-- A grave error: the bytes answer 410 from now on, the hashes stay in the chain.
update ledger.release set state = 'WITHDRAWN', withdrawn_at = $2, withdrawn_by = $3, reason = $4
 where id = $1 and state in ('PUBLISHED', 'REVISED')
returning id;
