-- What came of a wish.
update ledger.wish set done_at = clock_timestamp(), release = $2, problem = $3 where id = $1;
