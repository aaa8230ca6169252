-- Releases, newest first. $1 states that the caller may see; $2 period, null for all; $3 place to begin below; $4 how many.
select r.id, r.period, r.edition, r.state, r.place, r.cutoff, r.frozen_at, r.published_at, r.withdrawn_at, r.reason, r.chain
  from ledger.release r
 where r.state = any ($1::text[]) and ($2::text is null or r.period = $2) and ($3::bigint is null or r.place < $3)
 order by r.place desc
 limit $4;
