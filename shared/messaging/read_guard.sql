-- The last applied version of each stream of a batch, and which of them stand aside ($3: if that matters), so that later
-- records wait behind.
select stream_id::text, version, false as parked
  from applied where consumer = $1 and stream_id = any ($2::uuid[])
 union all
select stream_id, 0, true
  from parked where consumer = $1 and state = 'PARKED' and $3 and stream_id in (select unnest($2::uuid[])::text);
