-- What was public at an instant (null: now): of each period the newest edition that was out and not withdrawn by then.
select distinct on (r.period) r.id, r.period, r.edition, r.state, r.reason, r.cutoff, r.published_at, r.chain
  from ledger.release r
 where r.published_at <= coalesce($1::timestamptz, clock_timestamp())
   and (r.withdrawn_at is null or r.withdrawn_at > coalesce($1::timestamptz, clock_timestamp()))
 order by r.period, r.edition desc;
