select name, bytes from ledger.file where release = $1;
