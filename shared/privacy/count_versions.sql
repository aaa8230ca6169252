select class, kek_version, count(*) as keys from subject_key where class = any ($1::text[]) group by 1, 2 order by 1, 2;
