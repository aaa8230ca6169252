-- The next $5 rows of each partition ($1, $2) behind the place reached there ($3), of these centres ($4).
select c.topic, c.partition, c.position, c.aggregate, c.id, c.version, c.type, c.recorded_at
  from unnest($1::text[], $2::integer[], $3::bigint[]) as reached(topic, partition, position)
 cross join lateral (
    select *
      from changes.change c
     where c.centre = any ($4::text[]) and c.topic = reached.topic and c.partition = reached.partition
       and c.position > reached.position
     order by c.position
     limit $5
 ) c
 order by c.topic, c.partition, c.position;
