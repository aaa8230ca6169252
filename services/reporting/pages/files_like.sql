-- Some files of some releases.
select f.release, f.name, f.bytes
  from ledger.file f
 where f.release = any ($1::text[]) and f.name = any ($2::text[]);
