-- Whether a legal hold stands on a day ($2) over any record of a person: theirs, or one merged with it.
with recursive person as (
    select $1::uuid as client_id
    union
    select case when a.client_id = p.client_id then a.survivor else a.client_id end
      from person p
      join consents.alias a on p.client_id in (a.client_id, a.survivor)
)
select exists (
    select from consents.hold
     where client_id in (select client_id from person) and (until is null or until >= $2::date) and (select within_reach($3))
);
