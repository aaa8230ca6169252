-- Everybody who was erased, for a generation that is about to be shown.
select coalesce(array_agg(s), '{}') as subjects, coalesce((select array_agg(i) from forgotten, unnest(items) as i), '{}') as items
  from (select client_id as s from forgotten union select unnest(aliases) from forgotten) as everybody;
