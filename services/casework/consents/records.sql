-- All records of one person: this one, the one that goes on in its place, and all that were merged into that.
with recursive step as (
    select $1::uuid as client_id
    union
    select case when a.client_id = s.client_id then a.survivor else a.client_id end
      from step s join consents.alias a on a.client_id = s.client_id or a.survivor = s.client_id
)
select client_id from step where (select within_reach($2));
