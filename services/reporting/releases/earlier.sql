-- Tables with words (JSON-stat) of what is public of some periods: documents compare with them.
select f.release, f.name, f.bytes
  from ledger.release r
  join ledger.file f on f.release = r.id
 where r.state = 'PUBLISHED' and r.period = any($1::text[]) and f.name like '%.json' and f.name not like '%metadata.json'
 order by r.place, f.name;
