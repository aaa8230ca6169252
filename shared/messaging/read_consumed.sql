-- Where a consumer goes on.
select topic, partition, next from consumed where consumer = $1 and topic = any ($2::text[]);
