-- Whether any case of the client, closed or not, has a contact block: of the records merged with theirs too.
with recursive person as (
    select $1::uuid as client_id
    union
    select case when a.client_id = p.client_id then a.survivor else a.client_id end
      from person p
      join consents.alias a on p.client_id in (a.client_id, a.survivor)
)
select exists (
    select from (
        select distinct on (assessment_id) contact_block
          from consents.assessment
         where client_id in (select client_id from person) and not void
         order by assessment_id, version desc
    ) as latest
     where contact_block and (select within_reach($2))
);
