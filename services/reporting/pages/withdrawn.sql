-- What was public once and was taken back.
select r.id, r.period, r.edition, r.state, r.reason, r.cutoff, r.published_at, r.chain
  from ledger.release r
 where r.state = 'WITHDRAWN' and r.published_at is not null;
