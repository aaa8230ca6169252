-- The existing keys of these subjects and classes, by index whatever the planner saw first.
select k.subject_id, k.class, k.key_id, k.wrapped_key, k.kek_version
  from unnest($1::uuid[], $2::text[]) as w (subject_id, class)
 cross join lateral (select *
                       from subject_key k
                      where k.subject_id = w.subject_id and k.class = w.class
                     offset 0) as k;
