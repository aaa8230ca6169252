-- Whoever changes a consumer's guard from outside holds its offsets meanwhile, as a batch of the worker does.
select 1 from consumed where consumer = $1 order by topic, partition for update;
