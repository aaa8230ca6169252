-- Cells that some edition of some periods does not show as 0.
select distinct c.name, c.measure, c.codes
  from ledger.release r
  join ledger.cell c on c.release = r.id
 where r.period = any ($1::text[]) and r.state <> 'DISCARDED' and (c.status <> 'A' or c.value <> 0);
