-- What the store knows of records that were read from its own topic: the version of each one's stream (0: none), and the
-- id that it holds at that place.
select w.n, coalesce(s.version, 0), e.event_id
  from unnest($1::uuid[], $2::integer[]) with ordinality as w (stream_id, version, n)
  left join stream s on s.stream_id = w.stream_id
  left join event e on e.stream_id = w.stream_id and e.version = w.version
 order by w.n;
