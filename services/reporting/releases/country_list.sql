-- Countries with rows of their own in a table of a year, once they are fixed.
select codes from ledger.country_list where year = $1 and name = $2 and dim = $3;
