-- State of a release and the sum of one of its files, without its bytes.
select r.state, r.reason, r.manifest, f.sha256
  from ledger.release r
  left join ledger.file f on f.release = r.id and f.name = $2
 where r.id = $1 and r.state <> 'DISCARDED';
