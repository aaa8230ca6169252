-- A record follows its survivor; with none it stands for a person of its own again.
with told as (
    select client_id, survivor from unnest($1::uuid[], $2::uuid[]) as o(client_id, survivor)
), freed as (
    delete from alias a using told t where a.client_id = t.client_id and t.survivor is null
)
insert into alias (client_id, survivor)
select client_id, survivor from told where survivor is not null
    on conflict (client_id) do update set survivor = excluded.survivor;
