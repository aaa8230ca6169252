-- The newest edition of a period that was not discarded, with its place in the chain.
select id, edition, state, secret from ledger.release where period = $1 and state <> 'DISCARDED' order by edition desc limit 1;
