-- For the rest of this transaction nobody builds upon the end of the chain; false if somebody is at it.
select pg_try_advisory_xact_lock_shared(hashtextextended('ledger.end', 0));
