-- Protected cells of one measure. $4: their codes, joined by U+001F, because arrays of arrays must be rectangular.
insert into ledger.cell (release, name, measure, codes, value, status)
select $1, $2, $3, string_to_array(c.codes, E'\x1f'), c.value, c.status
  from unnest($4::text[], $5::double precision[], $6::text[]) as c(codes, value, status);
