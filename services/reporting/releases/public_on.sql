-- What was public of a period at an instant (null: now): the newest edition published by then and not withdrawn by then.
select r.id
  from ledger.release r
 where r.period = $1 and r.published_at <= coalesce($2::timestamptz, clock_timestamp())
   and (r.withdrawn_at is null or r.withdrawn_at > coalesce($2::timestamptz, clock_timestamp()))
 order by r.edition desc
 limit 1;
