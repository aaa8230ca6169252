select pg_advisory_unlock(hashtextextended('ledger.end', 0));
