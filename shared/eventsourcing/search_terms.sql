-- Streams by term, at most $2 each: one bounded index look-up a term. A plain `term = any` would read the whole bucket
-- of a common name.
select t.term, s.stream_id
  from unnest($1::bigint[]) as t (term)
 cross join lateral (select stream_id from search where search.term = t.term limit $2) as s;
