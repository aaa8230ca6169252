select * from ledger.release where id = $1 and state <> 'DISCARDED';
