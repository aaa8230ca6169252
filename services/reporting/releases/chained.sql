select chain from ledger.release where id = $1;
