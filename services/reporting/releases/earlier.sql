-- Tables with words (JSON-stat) of what stands of some periods: documents compare with them. Where a later edition was withdrawn, an
-- earlier one stands again.
select f.release, f.name, f.bytes
  from (
    select distinct on (r.period) r.id, r.place
      from ledger.release r
     where r.state in ('PUBLISHED', 'REVISED') and r.period = any($1::text[])
     order by r.period, r.edition desc
 ) r
  join ledger.file f on f.release = r.id
 where f.name like '%.json' and f.name not like '%metadata.json'
 order by r.place, f.name;
