-- A consent and all whose place it took: referrals under the older ones go on under it.
with recursive line as (
    select consent_id, replaces from consents.consent where client_id = $1 and consent_id = $2
    union
    select c.consent_id, c.replaces from consents.consent c join line l on c.consent_id = l.replaces where c.client_id = $1
)
select consent_id from line where (select within_reach($3));
