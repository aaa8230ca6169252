-- Forget once more what came after the erasure from another topic ($1): a case that was closed by it, an answer. $2: unused here.
select null::uuid
  from unnest($1::uuid[]) as c
 cross join lateral (select forget(c, clock_timestamp())) as done
 where $2::uuid[] is not null;
