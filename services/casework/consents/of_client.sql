-- How one consent of a client stands. No row: this service has not heard of it, or it rests since a merge.
select valid_to, ended_on
  from consents.consent c
 where client_id = $1 and consent_id = $2
   and not exists (select from consents.narrowed n where n.client_id = c.client_id and n.version > c.version);
