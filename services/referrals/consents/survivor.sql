-- The record that goes on in place of a merged client: the last of a chain. No row: the client was not merged.
with recursive step as (
    select survivor, 1 as depth from consents.alias where client_id = $1
    union all
    select a.survivor, s.depth + 1 from step s join consents.alias a on a.client_id = s.survivor where s.depth < 100
)
select survivor from step where (select within_reach($2)) order by depth desc limit 1;
