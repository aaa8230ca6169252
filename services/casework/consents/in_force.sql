-- Whether any consent of a client to a purpose is in force on a day, and does not rest since a merge.
select exists (
    select from consents.consent c
     where (select within_reach($4))
       and client_id = $1 and purpose = $2
       and (valid_to is null or valid_to >= $3::date) and (ended_on is null or ended_on > $3::date)
       and not exists (select from consents.narrowed n
                        where n.client_id = c.client_id and n.purpose = c.purpose and n.version > c.version
                          and n.recipient_org = coalesce(c.recipient_org, ''))
);
