-- How far a consumer is just now.
select topic, partition, next from consumed where consumer = $1;
