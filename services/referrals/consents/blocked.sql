-- Whether any case of the client, closed or not, has a contact block.
select exists (
    select from (
        select distinct on (assessment_id) contact_block
          from consents.assessment
         where client_id = $1 and not void
         order by assessment_id, version desc
    ) as latest
     where contact_block
);
