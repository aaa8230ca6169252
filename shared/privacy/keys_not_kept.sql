-- Keys of one class ($1) whose id no consent in force keeps ($2); returns how many went.
  with gone as (delete from subject_key where class = $1 and not (key_id = any ($2::uuid[])) returning 1)
select count(*) from gone;
