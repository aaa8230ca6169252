-- The consumer begins these topics anew; its guard stays and skips what it knows.
delete from consumed where consumer = $1 and ($2::text[] is null or topic = any ($2)) returning topic, partition;
