-- To what a consent was given that has ended, where no other took its place. No row: it is in force, or not heard of here.
select purpose, recipient_org
  from consents.consent c
 where (select within_reach($3))
   and client_id = $1 and consent_id = $2 and ended_on is not null
   and not exists (select from consents.consent n
                    where n.client_id = c.client_id and n.purpose = c.purpose and n.ended_on is null
                      and n.recipient_org is not distinct from c.recipient_org);
