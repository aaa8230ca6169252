select name from ledger.file where release = $1 order by name;
