-- The last month of which the centres have any figure: a page begins there.
select max(c.period) as newest
  from facts.cell_person c
 where (select within_reach($2))
   and c.centre = any ($1::text[]) and c.period % 100 > 0 and c.kind in ('registration', 'transit', 'encounter', 'service', 'group');
