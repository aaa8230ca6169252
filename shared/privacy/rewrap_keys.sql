-- The same keys under the newest version. One that was destroyed or made anew meanwhile is left as it is: never brought back.
update subject_key k
   set wrapped_key = o.wrapped_key, kek_version = o.new
  from unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::integer[], $5::integer[]) as o(subject_id, key_id, wrapped_key, old, new)
 where k.subject_id = o.subject_id and k.class = $6 and k.key_id = o.key_id and k.kek_version = o.old;
