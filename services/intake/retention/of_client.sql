-- The last contact with a person under any of their records ($1), when the first of these was merged into another, and their
-- cases; one row even if there is no case.
select (select max(on_day) from retention.contact where subject_id = any ($1::uuid[])) as last_contact,
       (select merged_on from retention.client where client_id = ($1::uuid[])[1]) as merged_on,
       coalesce(array_agg(closed_on) filter (where case_id is not null), '{}') as closed,
       coalesce(array_agg(protected) filter (where case_id is not null), '{}') as protected
  from (select 1) as one
  left join retention.case_file on client_id = any ($1::uuid[]);
