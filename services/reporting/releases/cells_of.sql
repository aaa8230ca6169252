select name, measure, codes, value from ledger.cell where release = $1;
