-- Cells of all editions of a period, the newest first: what was published, and the true count that it was made of. Worker only.
select c.name, c.measure, c.codes, c.value, c.status, s.n, s.contributors, s.ksum
  from ledger.release r
  join ledger.cell c on c.release = r.id
  join ledger.cell_secret s using (release, name, measure, codes)
 where r.period = $1 and r.state <> 'DISCARDED'
 order by r.edition desc;
