-- Whether any case of one of these records ($1), closed or not, has a contact block.
select exists (
    select from (
        select distinct on (assessment_id) contact_block
          from consents.assessment
         where client_id = any ($1::uuid[]) and not void
         order by assessment_id, version desc
    ) as latest
     where contact_block and (select within_reach($2))
);
