-- What somebody asks the worker to freeze; the same command asks once.
insert into ledger.wish (id, period, cutoff, asked_by) values ($1, $2, $3, $4) on conflict do nothing;
