-- Insert or read: what comes back is the key in force, made now or found; a barred subject has none.
select subject_id, class, key_id, wrapped_key, kek_version
  from make_keys($1, $2, $3, $4, $5, $6);
