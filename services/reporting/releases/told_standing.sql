-- The newest fact of each stream, which alone says what stands. $2: the type that says something does.
select distinct on (e.stream_id) e.stream_id, e.version, e.type = $2 as stands, e.data ->> 'release' as release,
       (e.data ->> 'edition')::integer as edition
  from event e
 where e.stream_id = any ($1::uuid[])
 order by e.stream_id, e.version desc;
