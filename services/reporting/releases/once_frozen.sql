-- Whether a period was ever frozen, if only to be discarded.
select exists (select from ledger.release where period = $1);
