-- Forget keys; where ids are named ($3), only those: a consent that was given again keeps its new key.
delete from subject_key k
 using unnest($1::uuid[], $2::text[]) as w (subject_id, class)
 where k.subject_id = w.subject_id
   and k.class = w.class
   and ($3::uuid[] is null or k.key_id = any ($3))
returning 1;
