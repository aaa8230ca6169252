-- The next $5 rows of each partition ($1, $2) behind the place reached there ($3), for these audiences ($4). What is hidden is
-- for its worker ($6) and, at some centres ($7), for those who may see such streams; all others hear nothing of it. $8: the caller's reach.
select c.topic, c.partition, c.position, c.aggregate, c.id, c.version, c.type, c.recorded_at
  from unnest($1::text[], $2::integer[], $3::bigint[]) as reached(topic, partition, position)
 cross join lateral (
    select distinct on (c.position) c.*
      from changes.change c
     where c.audience = any ($4::text[]) and c.topic = reached.topic and c.partition = reached.partition
       and c.position > reached.position
       and (not exists (select from changes.hidden h where h.id = c.id)
            or c.audience = any ($7::text[])
            or exists (select from changes.assigned a where a.id = c.id and a.worker = $6))
     order by c.position
     limit $5
 ) c
 where (select within_reach($8))
 order by c.topic, c.partition, c.position;
