-- Cells of an edition: what was published, and the true count behind it. Worker only.
select c.name, c.measure, c.codes, c.value, c.status, s.n
  from ledger.cell c
  join ledger.cell_secret s using (release, name, measure, codes)
 where c.release = $1;
