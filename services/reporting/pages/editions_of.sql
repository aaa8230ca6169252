-- Every edition of a period that was ever public, the newest first.
select r.id, r.period, r.edition, r.state, r.reason, r.cutoff, r.published_at, r.chain
  from ledger.release r
 where r.period = $1 and r.published_at is not null
 order by r.edition desc;
