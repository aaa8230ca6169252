-- Keys of a class ($1) that another version than the newest ($2) has wrapped, a page of them behind a subject ($3).
select subject_id, key_id, wrapped_key, kek_version
  from subject_key
 where class = $1 and kek_version <> $2 and subject_id > $3
 order by subject_id
 limit $4;
