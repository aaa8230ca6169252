-- The offsets of this batch's partitions, locked in one order: a zombie owner waits here, then finds that it is too late.
  select topic, partition, next
    from consumed
   where consumer = $1
     and (topic, partition) in (select * from unnest($2::text[], $3::integer[]))
   order by topic, partition
     for update;
