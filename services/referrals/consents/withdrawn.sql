-- Whether a consent was taken back or has run out, itself or the newest of those that took its place.
with recursive line as (
    select consent_id, withdrawn from consents.consent where client_id = $1 and consent_id = $2
    union
    select c.consent_id, c.withdrawn from consents.consent c join line l on c.replaces = l.consent_id where c.client_id = $1
)
select coalesce(bool_or(withdrawn), false) from line where (select within_reach($3));
