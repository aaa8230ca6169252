-- How every consent of a client to one purpose stands; none that rests since a merge.
select recipient_org, valid_to, ended_on
  from consents.consent c
 where (select within_reach($3))
   and client_id = $1 and purpose = $2
   and not exists (select from consents.narrowed n
                    where n.client_id = c.client_id and n.purpose = c.purpose and n.version > c.version
                      and n.recipient_org = coalesce(c.recipient_org, ''));
