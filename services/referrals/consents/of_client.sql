-- How one consent of a client stands. No row: this service has not heard of it, or it rests since a merge.
select recipient_org, withheld, valid_to, ended_on
  from consents.consent c
 where (select within_reach($3))
   and client_id = $1 and consent_id = $2
   and not exists (
       select from consents.narrowed n
        where n.client_id = c.client_id and n.recipient_org = coalesce(c.recipient_org, '') and n.version > c.version);
