-- repeats: every fact is a row of its own
-- What is older than 400 days leaves with each batch, some rows at a time; such facts are not taken in by a rebuild either.
with gone as (
    delete from change c
     using (select topic, partition, position, audience from change where recorded_at < now() - interval '400 days' limit 1000) old
     where (c.topic, c.partition, c.position, c.audience) = (old.topic, old.partition, old.position, old.audience)
)
insert into change (topic, partition, position, audience, aggregate, id, version, type, recorded_at)
select o.topic, o.partition, o.position, a.audience, o.aggregate, o.id, o.version, o.type, o.recorded_at
  from unnest($1::text[], $2::integer[], $3::bigint[], $4::text[], $5::text[], $6::uuid[], $7::integer[], $8::text[], $9::timestamptz[])
       as o(topic, partition, position, audience, aggregate, id, version, type, recorded_at)
 cross join lateral (
    select o.audience
     union
    select s.audience from side s where s.id = o.id
 ) a
 where o.recorded_at >= now() - interval '400 days'
    on conflict do nothing;
