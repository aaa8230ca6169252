-- What somebody ($1) has open of a person ($2).
select grant_id, opened_at, expires_at
  from break_glass
 where staff_id = $1 and subject_id = $2 and closed_at is null and expires_at > clock_timestamp()
 order by expires_at desc
 limit 1;
