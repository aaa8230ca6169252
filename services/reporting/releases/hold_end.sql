-- Whoever holds the end of the chain alone builds upon it. Of the session, not of a transaction: it is held before the snapshot
-- in which the end is looked up.
select pg_advisory_lock(hashtextextended('ledger.end', 0));
