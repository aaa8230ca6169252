-- Of a period, the secret of its first edition: a revision uses the same.
select secret from ledger.release where period = $1 and edition = 0 and state <> 'DISCARDED';
