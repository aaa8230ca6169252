-- Periods of which something stands, with the tables that some region has; the page puts them in order.
select period, array_agg(distinct name order by name) as names
  from rollups.told
 where state = 'PUBLISHED'
 group by period;
