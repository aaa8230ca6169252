-- The consent of a client to a purpose that was given last and has not ended; none that rests since a merge.
select consent_id
  from consents.consent c
 where (select within_reach($3))
   and client_id = $1 and purpose = $2 and ended_on is null
   and not exists (select from consents.narrowed n
                    where n.client_id = c.client_id and n.purpose = c.purpose and n.version > c.version
                      and n.recipient_org = coalesce(c.recipient_org, ''))
 order by version desc
 limit 1;
