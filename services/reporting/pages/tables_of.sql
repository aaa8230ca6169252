-- The JSON-stat files of a release in one language. $2: how their names end.
select f.name, f.bytes
  from ledger.file f
 where f.release = $1 and f.name like 'I___' || $2
 order by f.name;
