-- repeats: every fact is a row of its own
-- What is older than 400 days leaves with each batch, some rows at a time; such facts are not taken in by a rebuild either.
with gone as (
    delete from change c
     using (select topic, partition, position from change where recorded_at < now() - interval '400 days' limit 1000) old
     where c.topic = old.topic and c.partition = old.partition and c.position = old.position
)
insert into change (topic, partition, position, centre, aggregate, id, version, type, recorded_at)
select topic, partition, position, centre, aggregate, id, version, type, recorded_at
  from unnest($1::text[], $2::integer[], $3::bigint[], $4::text[], $5::text[], $6::uuid[], $7::integer[], $8::text[], $9::timestamptz[])
       as o(topic, partition, position, centre, aggregate, id, version, type, recorded_at)
 where recorded_at >= now() - interval '400 days'
    on conflict do nothing;
