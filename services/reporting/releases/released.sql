-- The tables of a release in the one language that travels (English labels), with what binds their bytes.
select t.name, f.bytes, r.chain, r.manifest, r.signature
  from ledger.release r
 cross join lateral jsonb_array_elements_text(convert_from(r.manifest, 'UTF8')::jsonb -> 'tables') as t(name)
  join ledger.file f on f.release = r.id and f.name = t.name || '.json'
 where r.id = $1
 order by t.name;
