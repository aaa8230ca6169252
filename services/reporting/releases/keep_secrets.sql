-- True counts of one measure; worker only. $4 as in keep_cells.sql.
insert into ledger.cell_secret (release, name, measure, codes, n, contributors, ksum)
select $1, $2, $3, string_to_array(c.codes, E'\x1f'), c.n, c.contributors, c.ksum
  from unnest($4::text[], $5::bigint[], $6::bigint[], $7::bigint[]) as c(codes, n, contributors, ksum);
