-- What is said of facts: what a row of fact.sql holds.
create type said_of_fact as (
    kind text, stream uuid, event_id uuid, part smallint, seq integer, client uuid, centre text, date date, exact text,
    at timestamptz, item uuid, sex text, age text, nat text, c1 text, c2 text, c3 text, c4 text, c5 text, c6 text, qty numeric,
    due timestamptz, done timestamptz, told date
);

-- New facts, each with the attributes of its person at its date. Those of people who don't count (yet) are kept aside,
-- uncounted; those recorded before their client was forgotten don't come back.
create function apply_fact(p_rows said_of_fact[]) returns void language plpgsql
set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare
    v_early uuid[];
    v_doubt boolean;
begin
    insert into heard (client, month)
    select distinct g.client, date_trunc('month', g.told)::date
      from unnest(p_rows) g
     where g.client is not null and not exists (select from consent_state s where s.client = g.client and s.erased)
     order by 1, 2
        on conflict do nothing;

    with said as materialized (
        select * from unnest(p_rows)
    ), referral as materialized (
        select s.stream, s.client, s.centre, s.c1, s.c2, s.c4, s.c6 from said s where s.kind = 'referral'
         union
        select f.stream, f.client, f.centre, f.c1, f.c2, f.c4, f.c6 from fact f
         where f.kind = 'referral' and f.stream in (select s.stream from said s where s.kind = 'answer')
    ), answered as (
        -- An answer belongs to a referral that is still known; a delivery is also a service, of the referral's client.
        select g.*, r.client as owner, r.centre as home, r.c1 as service, r.c2 as direction, r.c4 as subc, r.c6 as well
          from said g
          join referral r on r.stream = g.stream
         where g.kind = 'answer'
    ), all_facts as (
        select * from said g where g.kind <> 'answer'
         union all
        select a.kind, a.stream, a.event_id, a.part, a.seq, a.owner, a.home, a.date, a.exact, a.at, null, null, null, null,
               a.c1, a.c2, null, null, null, null, null, null, a.done, null
          from answered a
         union all
        select 'service', a.stream, a.event_id, 0, a.seq, a.owner, a.home, a.date, a.exact, a.at, null, null, null, null,
               a.service, a.subc, 'REFERRAL', null, null, a.well, null, null, null, null
          from answered a
         where a.c1 = 'DELIVERED' and a.direction = 'OUT'
    ), kept as (
        insert into fact (kind, stream, event_id, part, seq, client, centre, date, precision, recorded_at, counted, item,
                          sex, birth_month, age, area, nat, edu, isco, types, c1, c2, c3, c4, c5, c6, qty, due, done)
        select g.kind, g.stream, g.event_id, g.part, g.seq, g.client, g.centre, g.date, g.exact, g.at,
               g.kind <> 'answer' and (
                   g.client is null
                   or coalesce(s.consent_id is not null and v.client is not null and g.at >= s.consent_from, false)
                      and not exists (
                          select from fact_transit b
                           where g.kind = 'transit' and b.stream = g.stream and b.item = g.item and b.voided_at is null
                             and b.recorded_at >= s.consent_from)
                      and not exists (
                          select from fact_return b
                           where g.kind = 'return' and b.stream = g.stream and b.item = g.item and b.voided_at is null
                             and b.recorded_at >= s.consent_from)),
               g.item,
               coalesce(g.sex, v.sex, '_U'), v.birth_month, coalesce(g.age, age_at(v.birth_month, v.age_told, g.date), '_U'),
               coalesce(v.area, '_U'), coalesce(g.nat, v.nat, '_U'), coalesce(v.edu, '_U'),
               coalesce(case when g.kind = 'departure' then g.c6 end, v.isco, '_U'), coalesce(v.types, '_U'),
               g.c1, g.c2, g.c3, g.c4, g.c5, g.c6, g.qty, g.due, g.done
          from all_facts g
          -- Not as a plain join: each fact finds its person by the index, whatever the plan was made for.
          left join lateral (select * from consent_state k where k.client = g.client offset 0) s on true
          left join lateral in_force(g.client, g.date) v on true
         where s.forgotten_at is null or s.forgotten_at < g.at
            on conflict do nothing
        returning client, kind, item, counted
    )
    select array_agg(k.client) filter (where not k.counted and k.kind <> 'answer' and k.client is not null),
           count(k.item) > count(distinct k.item)
      into v_early, v_doubt
      from kept k;
    insert into waiting (client)
    select distinct client from unnest(v_early) as e(client)
        on conflict do nothing;
    -- Facts of a record that was merged into another count as those of its person.
    if exists (select from alias) then
        perform settle(array(
            select distinct a.record
              from (select g.client from unnest(p_rows) g
                     union
                    select f.client from fact f
                     where f.kind = 'referral' and f.stream in (select g.stream from unnest(p_rows) g where g.kind = 'answer')) g
              join alias a on g.client in (a.record, a.person)));
    end if;
    -- Two facts of one item in this batch: which of them counts?
    if v_doubt then
        perform settle(array(select distinct g.client from unnest(p_rows) g where g.item is not null));
    end if;
end $$;

-- Entries that never were true. They stay, for answers as of an earlier day.
create function apply_void(p_stream uuid[], p_event uuid[], p_at timestamptz[]) returns void language plpgsql
set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare
    v_touched uuid[];
begin
    with gone as (
        update fact f
           set voided_at = g.at, counted = false
          from unnest(p_stream, p_event, p_at) as g(stream, event_id, at)
         where f.stream = g.stream and f.event_id = g.event_id and f.voided_at is null
        returning f.client, f.item
    )
    select array_agg(distinct client) into v_touched from gone where item is not null;
    if v_touched is not null then
        perform settle(v_touched);
    end if;
end $$;
