insert into ledger.file (release, name, sha256, bytes) values ($1, $2, $3, $4);
