select bytes from ledger.file where release = $1 and name = $2;
