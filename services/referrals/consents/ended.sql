-- Whether what rests on a consent has lost its ground by a day: the consent was taken back, or the newest that took its place
-- was, or its last day is over. Of a consent that this service has not heard of, nothing is known to have ended.
with recursive line as (
    select consent_id, withdrawn, valid_to, 1 as n from consents.consent where client_id = $1 and consent_id = $2
    union all
    select c.consent_id, c.withdrawn, c.valid_to, l.n + 1
      from consents.consent c join line l on c.replaces = l.consent_id
     where c.client_id = $1 and l.n < 100
)
select coalesce(bool_or(withdrawn), false) or coalesce((array_agg(valid_to order by n desc))[1] < $3::date, false)
  from line
 where (select within_reach($4));
