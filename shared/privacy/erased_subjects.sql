-- In intake's store: everybody who was erased; with them the records that were merged into theirs, and members of households
-- whom nobody else ever declared and who are no clients themselves.
with erased as (
    select stream_id as subject_id from event where type = 'client-erased'
     union
    select alias::uuid
      from event
     cross join lateral jsonb_array_elements_text(coalesce(data -> 'aliases', '[]')) as alias
     where type = 'client-erased'
), declared as (
    select (data ->> 'member_id')::uuid as member_id, (data ->> 'declared_by')::uuid as declared_by
      from event
     where type = 'household-member-linked'
)
select subject_id from erased
 union
select member_id
  from declared
 group by member_id
having bool_and(declared_by in (select subject_id from erased))
   and not exists (select from event c where c.stream_id = member_id and c.version = 1 and c.type = 'client-registered');
