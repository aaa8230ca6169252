-- How far a consumer is; held until the end of the transaction, so that it cannot go further meanwhile.
select topic, partition, next from consumed where consumer = $1 order by topic, partition for update;
