-- The latest day counts, in whatever order the topics tell it.
insert into contact as c (subject_id, on_day)
select subject_id, max(on_day) from unnest($1::uuid[], $2::date[]) as o(subject_id, on_day) group by subject_id
    on conflict (subject_id) do update set on_day = greatest(c.on_day, excluded.on_day);
