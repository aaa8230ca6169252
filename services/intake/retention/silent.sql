-- Clients with whom nothing was done since a day ($2), or whose record was merged into another by then ($4), by id after one ($1):
-- whoever may be due at all.
select c.client_id, c.centre
  from retention.client c
  join retention.contact t on t.subject_id = c.client_id
 where (t.on_day <= $2 or c.merged_on <= $4) and ($1::uuid is null or c.client_id > $1)
 order by c.client_id
 limit $3;
