-- Fix the countries of a year; the first list stands.
insert into ledger.country_list (year, name, dim, codes) values ($1, $2, $3, $4) on conflict do nothing;
