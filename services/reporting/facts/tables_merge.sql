-- Merging two records of one person, and taking it back (statistics chapter, section 5). Facts stay where they are: what
-- changes is whose person they are, and so who is counted, once, and with which attributes.

-- Whose person a record is at an instant: the end of the chain.
create function person_at(p_client uuid, p_at timestamptz) returns uuid language sql stable
begin atomic
    with recursive step as (
        select p_client as client, 0 as depth
         union all
        select m.survivor, s.depth + 1
          from step s
          join merger m on m.retired = s.client and m.merged_at <= p_at and (m.ended_at is null or m.ended_at > p_at)
         where s.depth < 100
    )
    select client from step order by depth desc limit 1;
end;

-- The history of everybody whom a merger concerns, made anew from the mergers: the same in whatever order they were heard.
create function realias(p_clients uuid[]) returns void language plpgsql as $$
begin
    delete from alias where record = any (p_clients);
    insert into alias (record, person, since, until)
    with edge as (
        select m.* from merger m where m.retired = any (p_clients)
    ), turn as (
        select merged_at as at from edge union select ended_at from edge where ended_at is not null
    ), span as (
        select at as since, coalesce(lead(at) over (order by at), 'infinity') as until from turn
    ), told as (
        select c.client, person_at(c.client, s.since) as person, s.since, s.until
          from (select distinct retired as client from edge) c
         cross join span s
    ), run as (
        select told.*, sum((told.person is distinct from told.before)::integer) over (partition by client order by since) as n
          from (select told.*, lag(told.person) over (partition by client order by since) as before from told) told
    )
    select client, person, min(since), max(until) from run where person <> client group by client, person, n;
end $$;

-- p_how: MERGED or UNMERGED. Safe to repeat.
create function apply_merge(p_how text[], p_survivor uuid[], p_retired uuid[], p_at timestamptz[]) returns void language plpgsql as $$
declare
    r         record;
    v_touched uuid[] := '{}';
    v_around  uuid[];
begin
    for r in
        select * from unnest(p_how, p_survivor, p_retired, p_at) as o(how, survivor, retired, at) order by at
    loop
        if r.how = 'MERGED' then
            insert into merger (retired, survivor, merged_at) values (r.retired, r.survivor, r.at) on conflict do nothing;
        else
            update merger m set ended_at = r.at
             where m.retired = r.retired and m.survivor = r.survivor and m.merged_at < r.at and m.ended_at is null;
        end if;
        v_touched := v_touched || r.survivor || r.retired;
    end loop;
    with recursive around as (
        select unnest(v_touched) as client
        union
        select case when m.retired = a.client then m.survivor else m.retired end
          from around a
          join merger m on a.client in (m.retired, m.survivor)
    )
    select array_agg(client) into v_around from around;
    perform realias(v_around);
    perform settle(v_around);
end $$;
