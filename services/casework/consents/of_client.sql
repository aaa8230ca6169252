-- How one consent of a client to one purpose stands. No row: this service has not heard of it, or it rests since a merge.
select recipient_org, valid_to, ended_on
  from consents.consent c
 where (select within_reach($4))
   and client_id = $1 and consent_id = $2 and purpose = $3
   and not exists (select from consents.narrowed n
                    where n.client_id = c.client_id and n.purpose = c.purpose and n.version > c.version
                      and n.recipient_org = coalesce(c.recipient_org, ''));
