-- One generation of reporting's read model: people, facts, and the roll-ups that follow every change of a fact.
-- No schema is named: search_path chooses the generation, here and inside the functions.

-- Every client, consent or not, open fields only: what a later consent needs to describe the registration, and since
-- when a person counts. A client counts while `consent_id` is set and a version describes them.
create table consent_state (
    client        uuid primary key,
    version       integer not null,
    centre        text not null,
    registered_on date not null,
    channel       text not null,
    event_id      uuid not null,
    recorded_at   timestamptz not null,
    consent_id    uuid,
    consent_from  timestamptz,
    -- When the client was last asked and said yes: a merge with a record that says no rests only until then.
    asked_at      timestamptz,
    -- What was recorded before it never comes back, however late its topic brings it.
    forgotten_at  timestamptz
);

-- Which record was merged into which, and from when to when, by recorded time. Ids alone, which outlive what they stood for:
-- a rebuild that hears of an erasure before a merger has to come to the same figures.
create table merger (
    retired   uuid not null,
    survivor  uuid not null,
    merged_at timestamptz not null,
    ended_at  timestamptz,
    primary key (retired, merged_at)
);
create index on merger (survivor);

-- The same with its chains followed to the end: whose person a record was, over times that do not overlap. At all other
-- times, and for whoever was never merged, a record is a person of its own.
create table alias (
    record uuid not null,
    person uuid not null,
    since  timestamptz not null,
    until  timestamptz not null default 'infinity',
    primary key (record, since)
);
create index on alias (person);

-- What a person was, from when on, and since when we knew. The first version also describes the time before it.
create table person_version (
    client         uuid not null,
    version        integer not null,
    effective_from date not null,
    recorded_at    timestamptz not null,
    superseded_at  timestamptz,
    reason         text not null,
    sex            text not null,
    birth_month    integer,
    age_told       text not null,
    area           text not null,
    nat            text not null,
    edu            text not null,
    isco           text not null,
    types          text not null,
    primary key (client, version)
);

-- 202607 for July; 202600 for a fact of which only the year is known: it counts in years and in no month.
create function period_of(day date, known text) returns integer language sql immutable parallel safe
return (date_part('year', day) * 100 + case known when 'Y' then 0 else date_part('month', day) end)::integer;

-- What is counted. Codes c1..c6 mean what the indicator's declaration says; the attributes of the person are those in
-- force at `date`, resolved. `item`: the episode of an arrival or a return, of which the first counts.
create table fact (
    kind        text not null,
    stream      uuid not null,
    event_id    uuid not null,
    part        smallint not null,
    seq         integer not null,
    client      uuid,
    centre      text not null,
    date        date not null,
    precision   text not null check (precision in ('D', 'M', 'Y')),
    period      integer not null generated always as (period_of(date, precision)) stored,
    recorded_at timestamptz not null,
    voided_at   timestamptz,
    counted     boolean not null,
    -- Whose person the client is, where their record was merged into another.
    person      uuid,
    item        uuid,
    sex         text not null default '_U',
    birth_month integer,
    age         text not null default '_U',
    area        text not null default '_U',
    nat         text not null default '_U',
    edu         text not null default '_U',
    isco        text not null default '_U',
    types       text not null default '_U',
    c1 text, c2 text, c3 text, c4 text, c5 text, c6 text,
    qty         numeric,
    due         timestamptz,
    done        timestamptz
) partition by list (kind);

-- Facts in a stream of the client's own: found by (stream = client).
create table fact_registration partition of fact for values in ('registration');
create table fact_transit      partition of fact for values in ('transit');
create table fact_departure    partition of fact for values in ('departure');
create table fact_return       partition of fact for values in ('return');
create table fact_screening    partition of fact for values in ('screening');
create table fact_intention    partition of fact for values in ('intention');
-- Facts in other streams, and those of no person.
create table fact_encounter    partition of fact for values in ('encounter');
create table fact_group        partition of fact for values in ('group');
create table fact_service      partition of fact for values in ('service');
create table fact_case         partition of fact for values in ('case');
create table fact_assessment   partition of fact for values in ('assessment');
create table fact_plan         partition of fact for values in ('plan');
create table fact_need         partition of fact for values in ('need');
create table fact_follow_up    partition of fact for values in ('follow-up');
create table fact_contact      partition of fact for values in ('contact');
create table fact_referral     partition of fact for values in ('referral');
create table fact_promise      partition of fact for values in ('promise');
create table fact_answer       partition of fact for values in ('answer');
create table fact_incident       partition of fact for values in ('incident');
create table fact_economics      partition of fact for values in ('economics');
create table fact_seat           partition of fact for values in ('seat');
create table fact_learned        partition of fact for values in ('learned');
create table fact_reintegration  partition of fact for values in ('reintegration');
create table fact_outreach       partition of fact for values in ('outreach');
create table fact_media          partition of fact for values in ('media');
create table fact_dead           partition of fact for values in ('dead');
create table fact_missing        partition of fact for values in ('missing');
create table fact_session        partition of fact for values in ('session');
create table fact_held           partition of fact for values in ('held');
create table fact_feedback       partition of fact for values in ('feedback');
create table fact_complaint      partition of fact for values in ('complaint');
create table fact_complaint_step partition of fact for values in ('complaint-step');

-- Stream ids are time-ordered, event ids are not: an index that begins with the stream grows at one end only.
create unique index on fact_registration (stream, event_id, part);
create unique index on fact_transit (stream, event_id, part);
create unique index on fact_departure (stream, event_id, part);
create unique index on fact_return (stream, event_id, part);
create unique index on fact_screening (stream, event_id, part);
create unique index on fact_encounter (stream, event_id, part);
create unique index on fact_group (stream, event_id, part);
create unique index on fact_service (stream, event_id, part);
create unique index on fact_case (stream, event_id, part);
create unique index on fact_referral (stream, event_id, part);
create unique index on fact_answer (stream, event_id, part);
create unique index on fact_incident (stream, event_id, part);
create unique index on fact_economics (stream, event_id, part);
create unique index on fact_seat (stream, event_id, part);
create unique index on fact_learned (stream, event_id, part);
create unique index on fact_reintegration (stream, event_id, part);
create unique index on fact_outreach (stream, event_id, part);
create unique index on fact_media (stream, event_id, part);
create unique index on fact_dead (stream, event_id, part);
create unique index on fact_missing (stream, event_id, part);
create unique index on fact_session (stream, event_id, part);
create unique index on fact_held (stream, event_id, part);
create unique index on fact_feedback (stream, event_id, part);
create unique index on fact_complaint (stream, event_id, part);
create unique index on fact_complaint_step (stream, event_id, part);
create unique index on fact_intention (stream, event_id, part);
create unique index on fact_assessment (stream, event_id, part);
create unique index on fact_plan (stream, event_id, part);
create unique index on fact_need (stream, event_id, part);
create unique index on fact_follow_up (stream, event_id, part);
create unique index on fact_contact (stream, event_id, part);
create unique index on fact_promise (stream, event_id, part);
create index on fact_encounter (client) where client is not null;
create index on fact_service (client) where client is not null;
create index on fact_case (client) where client is not null;
create index on fact_referral (client) where client is not null;
create index on fact_assessment (client) where client is not null;
create index on fact_plan (client) where client is not null;
create index on fact_need (client) where client is not null;
create index on fact_follow_up (client) where client is not null;
create index on fact_contact (client) where client is not null;
create index on fact_promise (client) where client is not null;
create index on fact_incident (client) where client is not null;
create index on fact_economics (client) where client is not null;
create index on fact_seat (client) where client is not null;
create index on fact_learned (client) where client is not null;
create index on fact_reintegration (client) where client is not null;

-- Clients of whom a fact came before what makes it count: other topics run ahead of intake's.
create table waiting (client uuid primary key);

-- Roll-ups: true counts in narrow shapes, kept by the trigger below and by nothing else. A centre-month is one range of the
-- index. The figures themselves stay out of it, and pages keep some room: then a changed figure changes no index.
create table cell_person (
    kind   text not null,
    centre text not null,
    period integer not null,
    sex    text not null,
    age    text not null,
    n      bigint not null,
    qty    numeric,
    constraint cell_person_once unique (kind, centre, period, sex, age)
) with (fillfactor = 70);
create table cell_code (
    kind   text not null,
    dim    text not null,
    centre text not null,
    period integer not null,
    code   text not null,
    sex    text not null,
    a2     text not null,
    n      bigint not null,
    qty    numeric,
    constraint cell_code_once unique (kind, dim, centre, period, code, sex, a2)
) with (fillfactor = 70);

-- Which columns of a kind have rows in cell_code; the declarations of the indicators say the same (a test compares).
create table margin (kind text not null, dim text not null, many boolean not null, primary key (kind, dim));
insert into margin (kind, dim, many)
values ('registration', 'nat', false), ('registration', 'area', false), ('registration', 'types', true),
       ('transit', 'nat', false), ('group', 'nat', false),
       ('encounter', 'c1', false), ('encounter', 'c2', true),
       ('departure', 'c1', false), ('departure', 'area', false),
       ('return', 'c1', false), ('return', 'c2', false), ('return', 'area', false),
       ('service', 'c1', false), ('service', 'c2', false), ('service', 'c3', false);

-- Age code at a day: out of the birth month, else what was told. The bands are those of shared/codes/age.py.
create function age_at(birth_month integer, told text, day date) returns text language sql immutable parallel safe
return case
    when birth_month is null then told
    else coalesce(
        (array['Y0T4', 'Y5T11', 'Y12T14', 'Y15T17', 'Y18T24', 'Y25T29', 'Y30T34', 'Y35T39', 'Y40T44', 'Y45T59', 'Y_GE60'])[
            width_bucket(
                floor((date_part('year', day) * 12 + date_part('month', day) - 1 - birth_month) / 12)::integer,
                array[0, 5, 12, 15, 18, 25, 30, 35, 40, 45, 60, 131])
        ],
        told)
    end;

create function a2_of(age text) returns text language sql immutable parallel safe
return case
    when age in ('Y0T4', 'Y5T11', 'Y12T14', 'Y15T17', 'Y0T17') then 'Y0T17'
    when age = '_U' then '_U'
    else 'Y_GE18'
    end;

create function a5_of(age text) returns text language sql immutable parallel safe
return case
    when age in ('Y12T14', 'Y15T17') then 'Y12T17'
    when age in ('Y0T17', 'Y_GE18', '_U') then '_U'
    when age in ('Y0T4', 'Y5T11', 'Y_GE60') then age
    else 'Y18T59'
    end;

create function a11_of(age text) returns text language sql immutable parallel safe
return case when age in ('Y0T17', 'Y_GE18') then '_U' else age end;

-- The version that describes a person at a day, as known now.
create function in_force(p_client uuid, p_day date) returns setof person_version language sql stable
begin atomic
    select v.*
      from person_version v
     where v.client = p_client and v.effective_from <= p_day and v.superseded_at is null
     order by v.effective_from desc, v.version desc
     limit 1;
end;

-- All facts of some clients, by the index that each kind has.
create function facts_of(p_clients uuid[]) returns setof fact language sql stable
begin atomic
    select f.* from fact f
     where f.kind in ('registration', 'transit', 'departure', 'return', 'screening', 'intention') and f.stream = any (p_clients)
     union all
    select f.* from fact f
     where f.kind in ('encounter', 'service', 'case', 'referral', 'assessment', 'plan', 'need', 'follow-up', 'contact', 'promise',
                      'incident', 'economics', 'seat', 'learned', 'reintegration') and f.client = any (p_clients);
end;

-- Roll-ups follow the facts: whatever inserts, changes or deletes facts, the cells move with it in the same statement.
-- Rows go in key order, so that two writers cannot deadlock. Codes of kinds without a margin on them are left out before
-- anything is grouped: a hundred arrivals are a few rows then.
create function roll() returns trigger language plpgsql
set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare
    w constant integer := tg_argv[0]::integer;
begin
    insert into cell_person as c (kind, centre, period, sex, age, n, qty)
    select f.kind, f.centre, f.period, f.sex, f.age, w * count(*), w * sum(f.qty)
      from change f
     where f.counted
     group by 1, 2, 3, 4, 5
     order by 1, 2, 3, 4, 5
        on conflict on constraint cell_person_once do update
       set n = c.n + excluded.n, qty = coalesce(c.qty + excluded.qty, c.qty, excluded.qty);

    insert into cell_code as c (kind, dim, centre, period, code, sex, a2, n, qty)
    select f.kind, m.dim, f.centre, f.period, one.code, f.sex, f.a2, w * sum(f.n), w * sum(f.qty)
      from (
        select kind, centre, period, sex, a2_of(age) as a2, nat, area, types, count(*) as n, sum(qty) as qty,
               case when coded then c1 end as c1, case when coded then c2 end as c2, case when coded then c3 end as c3
          from (select change.*, kind not in ('registration', 'transit', 'group', 'screening', 'case') as coded
                  from change where counted) known
         group by kind, centre, period, sex, 5, nat, area, types, 11, 12, 13
      ) f
      join margin m on m.kind = f.kind
     cross join lateral (
        select case m.dim when 'nat' then f.nat when 'area' then f.area when 'types' then f.types
                          when 'c1' then f.c1 when 'c2' then f.c2 when 'c3' then f.c3 end
     ) as col(text)
     cross join lateral unnest(case when m.many then string_to_array(col.text, ' ') else array[coalesce(col.text, '_U')] end) as one(code)
     group by 1, 2, 3, 4, 5, 6, 7
     order by 1, 2, 3, 4, 5, 6, 7
        on conflict on constraint cell_code_once do update
       set n = c.n + excluded.n, qty = coalesce(c.qty + excluded.qty, c.qty, excluded.qty);

    -- A cell without facts leaves no trace that there was somebody.
    if w < 0 then
        delete from cell_person c
         using (select distinct kind, centre, period from change where counted) f
         where c.kind = f.kind and c.centre = f.centre and c.period = f.period and c.n = 0;
        delete from cell_code c
         using (select distinct m.kind, m.dim, f.centre, f.period from change f join margin m on m.kind = f.kind where f.counted) f
         where c.kind = f.kind and c.dim = f.dim and c.centre = f.centre and c.period = f.period and c.n = 0;
    end if;
    return null;
end $$;
create trigger roll_new after insert on fact referencing new table as change for each statement execute function roll('1');
create trigger roll_changed after update on fact referencing new table as change for each statement execute function roll('1');
create trigger roll_was after update on fact referencing old table as change for each statement execute function roll('-1');
create trigger roll_gone after delete on fact referencing old table as change for each statement execute function roll('-1');

-- Forget a client: versions, facts and, by the trigger, their part in every cell. Safe to repeat.
create function forget(p_client uuid, p_at timestamptz) returns void language plpgsql
set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
    delete from fact f where f.kind = 'answer' and f.stream in (
        select r.stream from fact r where r.kind = 'referral' and r.client = p_client);
    delete from fact f where f.stream = p_client
       and f.kind in ('registration', 'transit', 'departure', 'return', 'screening', 'intention');
    delete from fact f where f.client = p_client
       and f.kind in ('encounter', 'service', 'case', 'referral', 'assessment', 'plan', 'need', 'follow-up', 'contact', 'promise',
                      'incident', 'economics', 'seat', 'learned', 'reintegration');
    delete from person_version v where v.client = p_client;
    delete from waiting w where w.client = p_client;
    update consent_state s
       set consent_id = null, consent_from = null, forgotten_at = p_at
     where s.client = p_client;
end $$;

-- The records that are the same persons as these today.
create function same_people(p_clients uuid[]) returns uuid[] language sql stable
begin atomic
    with persons as (
        select distinct coalesce(a.person, c.client) as person
          from unnest(p_clients) as c(client)
          left join alias a on a.record = c.client and a.until = 'infinity'
    )
    select coalesce(array_agg(client), '{}')
      from (select person as client from persons
             union
            select a.record from alias a join persons p on p.person = a.person where a.until = 'infinity') as everybody;
end;

-- Whether a person of several records counts: all of them allow statistics, or the surviving one was asked again since.
create function counts_as_one(p_person uuid) returns boolean language sql stable
begin atomic
    select coalesce(r.consent_id is not null, false)
           and not exists (
               select from alias a
                 left join consent_state m on m.client = a.record
                where a.person = p_person and a.until = 'infinity' and m.consent_id is null
                  and (r.asked_at is null or r.asked_at < a.since))
      from (select p_person as client) p
      left join consent_state r on r.client = p.client;
end;

-- Bring the facts of some clients to what consents and versions now say. Used wherever the past changes: corrections,
-- voids, a later consent, a fact that came before its person. New facts of known people don't pass here.
create function settle(p_clients uuid[]) returns void language plpgsql
set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare
    v_merged boolean := exists (select from alias);
begin
    if v_merged then
        p_clients := same_people(p_clients);
    end if;
    insert into fact (kind, stream, event_id, part, seq, client, centre, date, precision, recorded_at, counted,
                      sex, birth_month, age, area, nat, edu, isco, types, c1)
    select 'registration', s.client, s.event_id, 0, 1, s.client, s.centre, s.registered_on, 'D', s.recorded_at, true,
           v.sex, v.birth_month, age_at(v.birth_month, v.age_told, s.registered_on), v.area, v.nat, v.edu, v.isco, v.types,
           s.channel
      from consent_state s
     cross join lateral in_force(s.client, s.registered_on) v
     where s.client = any (p_clients) and s.consent_id is not null
        on conflict do nothing;

    update fact f
       set counted = w.counted, person = w.person, sex = w.sex, birth_month = w.birth_month, age = w.age, area = w.area,
           nat = w.nat, edu = w.edu, isco = w.isco, types = w.types
      from (
        select e.kind, e.stream, e.event_id, e.part,
               e.voided_at is null and s.consent_id is not null and v.client is not null
               and (e.kind = 'registration' or e.recorded_at >= s.consent_from)
               and not exists (
                   select from fact b
                    where b.kind = e.kind and b.stream = e.stream and b.item = e.item and b.seq < e.seq
                      and b.voided_at is null and b.recorded_at >= s.consent_from)
               -- Of several records of one person: whether all allow it, and the earliest registration.
               and (not v_merged
                    or counts_as_one(coalesce(al.person, e.client))
                       and (e.kind <> 'registration'
                            or not exists (
                                select from fact_registration b
                                 where b.stream = any (same_people(array[e.client]))
                                   and (b.date, b.stream) < (e.date, e.stream)))) as counted,
               al.person,
               coalesce(v.sex, '_U') as sex, v.birth_month,
               coalesce(age_at(v.birth_month, v.age_told, e.date), '_U') as age,
               coalesce(v.area, '_U') as area, coalesce(v.nat, '_U') as nat, coalesce(v.edu, '_U') as edu,
               -- The only attribute that a fact of ours may bring itself: the occupation of a departure.
               case when e.kind = 'departure' then coalesce(e.c6, v.isco, '_U') else coalesce(v.isco, '_U') end as isco,
               coalesce(v.types, '_U') as types
          from facts_of(p_clients) e
          join consent_state s on s.client = e.client
          left join alias al on al.record = e.client and al.until = 'infinity'
          left join lateral in_force(coalesce(al.person, e.client), e.date) v on true
      ) w
     where f.kind = w.kind and f.stream = w.stream and f.event_id = w.event_id and f.part = w.part
       and (f.counted, f.person, f.sex, f.birth_month, f.age, f.area, f.nat, f.edu, f.isco, f.types)
           is distinct from (w.counted, w.person, w.sex, w.birth_month, w.age, w.area, w.nat, w.edu, w.isco, w.types);

    delete from waiting w
     using consent_state s
     where w.client = any (p_clients) and s.client = w.client and s.consent_id is not null;
end $$;

-- The rows of person.sql: one text each, fields parted by U+001F, empty for null. An array costs its sender as much for each
-- null as for a whole row.
create function said_of_people(p_rows text[]) returns table (
    what text, client uuid, version integer, event_id uuid, at timestamptz, day date, centre text, channel text, consent uuid,
    sex text, birth integer, age text, area text, nat text, edu text, isco text, types text
) language sql stable
begin atomic
    -- `offset 0`: each text is taken apart once, not once for each of its columns.
    select a[1], a[2]::uuid, a[3]::integer, a[4]::uuid, a[5]::timestamptz, a[6]::date, a[7], a[8], a[9]::uuid,
           a[10], a[11]::integer, a[12], a[13], a[14], a[15], a[16], a[17]
      from (select string_to_array(r.text, E'\x1f', '') as a from unnest(p_rows) as r(text) offset 0) packed;
end;

-- What intake says of people. what: REGISTERED, GIVEN, ENDED, or the reason of an amendment. Most are new and give their
-- consent in the same command: they go through in sets. Whatever is left goes one by one, in the order of the stream.
create function apply_person(p_rows text[]) returns void language plpgsql
set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare
    v_new     uuid[];
    v_done    bigint;
    v_touched uuid[];
    r         record;
begin
    with said as materialized (
        -- Beside REGISTERED a row of somebody new says at most when consent was given: one row for each person.
        select g.client, max(g.version) as version, max(g.centre) as centre, max(g.day) as day, max(g.channel) as channel,
               (array_agg(g.event_id) filter (where g.what = 'REGISTERED'))[1] as event_id, min(g.at) as at,
               (array_agg(g.consent) filter (where g.what = 'GIVEN'))[1] as consent,
               max(g.at) filter (where g.what = 'GIVEN') as consent_from,
               max(g.sex) as sex, max(g.birth) as birth, max(g.age) as age, max(g.area) as area, max(g.nat) as nat,
               max(g.edu) as edu, max(g.isco) as isco, max(g.types) as types, count(*) as steps
          from said_of_people(p_rows) g
         group by g.client
        having count(*) filter (where g.what = 'REGISTERED') = 1
           and count(*) filter (where g.what = 'GIVEN') = count(*) - 1 and count(*) <= 2
         order by g.client
    ), fresh as (
        insert into consent_state (client, version, centre, registered_on, channel, event_id, recorded_at, consent_id, consent_from,
                                   asked_at)
        select client, version, centre, day, channel, event_id, at, consent, consent_from, consent_from from said
            on conflict do nothing
        returning client
    ), described as (
        insert into person_version (client, version, effective_from, recorded_at, reason,
                                    sex, birth_month, age_told, area, nat, edu, isco, types)
        select client, 1, '-infinity', at, 'REGISTERED', sex, birth, age, area, nat, edu, isco, types
          from said
         -- `is true` keeps it a look-up in a hash of all of them; as a join it would be planned for ten rows.
         where sex is not null and (client in (select client from fresh)) is true
            on conflict do nothing
    ), counted as (
        insert into fact (kind, stream, event_id, part, seq, client, centre, date, precision, recorded_at, counted,
                          sex, birth_month, age, area, nat, edu, isco, types, c1)
        select 'registration', client, event_id, 0, 1, client, centre, day, 'D', at, true,
               sex, birth, age_at(birth, age, day), area, nat, edu, isco, types, channel
          from said
         where sex is not null and consent is not null and (client in (select client from fresh)) is true
            on conflict do nothing
    )
    select coalesce(array_agg(client), '{}'), coalesce(sum(steps), 0) into v_new, v_done
      from said
     where (client in (select client from fresh)) is true;
    if v_done = cardinality(p_rows) and not exists (select from waiting) and not exists (select from alias) then
        return;
    end if;

    for r in
        select g.* from said_of_people(p_rows) g
         where not exists (select from unnest(v_new) as n(client) where n.client = g.client)
         order by g.client, g.version
    loop
        perform apply_step(r.client, r.what, r.version, r.event_id, r.at, r.day, r.centre, r.channel, r.consent,
                           r.sex, r.birth, r.age, r.area, r.nat, r.edu, r.isco, r.types);
        v_touched := array_append(v_touched, r.client);
    end loop;

    v_touched := array_cat(v_touched, array(select w.client from waiting w where w.client = any (v_new)));
    v_touched := array_cat(v_touched, array(select a.record from alias a where a.record = any (v_new) or a.person = any (v_new)));
    if cardinality(v_touched) > 0 then
        perform settle(v_touched);
    end if;
end $$;

-- One step of one person. A step that was applied before changes nothing.
create function apply_step(
    p_client uuid, p_what text, p_version integer, p_event uuid, p_at timestamptz, p_day date, p_centre text, p_channel text,
    p_consent uuid, p_sex text, p_birth integer, p_age text, p_area text, p_nat text, p_edu text, p_isco text, p_types text
) returns void language plpgsql as $$
declare
    v_last  person_version;
    v_start date;
begin
    if p_what = 'REGISTERED' then
        insert into consent_state (client, version, centre, registered_on, channel, event_id, recorded_at)
        values (p_client, p_version, p_centre, p_day, p_channel, p_event, p_at)
            on conflict do nothing;
    else
        update consent_state s
           set version = p_version,
               consent_id = case p_what when 'GIVEN' then p_consent else s.consent_id end,
               -- A consent that takes another's place goes on where that one stood.
               consent_from = case p_what when 'GIVEN' then coalesce(s.consent_from, p_at) else s.consent_from end,
               asked_at = case p_what when 'GIVEN' then p_at else s.asked_at end
         where s.client = p_client and s.version < p_version;
    end if;
    if not found then
        return;
    end if;

    if p_what = 'ENDED' then
        -- Without a consent: erased. A consent that was replaced meanwhile ends nothing.
        if p_consent is null or exists (select from consent_state s where s.client = p_client and s.consent_id = p_consent) then
            perform forget(p_client, p_at);
        end if;

    elsif p_sex is not null then
        select v.* into v_last from person_version v
         where v.client = p_client and v.superseded_at is null
         order by v.version desc limit 1;
        if v_last.client is null then
            v_start := '-infinity';
        elsif p_what = 'CORRECTION' then
            v_start := v_last.effective_from;
            update person_version v set superseded_at = p_at where v.client = p_client and v.version = v_last.version;
        else
            v_start := p_day;
        end if;
        insert into person_version (client, version, effective_from, recorded_at, reason,
                                    sex, birth_month, age_told, area, nat, edu, isco, types)
        values (p_client, p_version, v_start, p_at, p_what,
                p_sex, p_birth, p_age, p_area, p_nat, p_edu, p_isco, p_types);
    end if;
end $$;

create function said_of_facts(p_rows text[]) returns table (
    kind text, stream uuid, event_id uuid, part smallint, seq integer, client uuid, centre text, date date, exact text,
    at timestamptz, item uuid, sex text, age text, nat text, c1 text, c2 text, c3 text, c4 text, c5 text, c6 text, qty numeric,
    due timestamptz, done timestamptz
) language sql stable
begin atomic
    select a[1], a[2]::uuid, a[3]::uuid, a[4]::smallint, a[5]::integer, a[6]::uuid, a[7], a[8]::date, a[9],
           a[10]::timestamptz, a[11]::uuid, a[12], a[13], a[14], a[15], a[16], a[17], a[18], a[19], a[20], a[21]::numeric,
           a[22]::timestamptz, a[23]::timestamptz
      from (select string_to_array(r.text, E'\x1f', '') as a from unnest(p_rows) as r(text) offset 0) packed;
end;

-- New facts, each with the attributes of its person at its date. Those of people who don't count (yet) are kept aside,
-- uncounted; those recorded before their client was forgotten don't come back.
create function apply_fact(p_rows text[]) returns void language plpgsql
set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare
    v_early uuid[];
    v_doubt boolean;
begin
    with said as materialized (
        select * from said_of_facts(p_rows)
    ), referral as materialized (
        select s.stream, s.client, s.centre, s.c1, s.c2, s.c4 from said s where s.kind = 'referral'
         union
        select f.stream, f.client, f.centre, f.c1, f.c2, f.c4 from fact f
         where f.kind = 'referral' and f.stream in (select s.stream from said s where s.kind = 'answer')
    ), answered as (
        -- An answer belongs to a referral that is still known; a delivery is also a service, of the referral's client.
        select g.*, r.client as owner, r.centre as home, r.c1 as service, r.c2 as direction, r.c4 as subc
          from said g
          join referral r on r.stream = g.stream
         where g.kind = 'answer'
    ), all_facts as (
        select * from said g where g.kind <> 'answer'
         union all
        select a.kind, a.stream, a.event_id, a.part, a.seq, a.owner, a.home, a.date, a.exact, a.at, null, null, null, null,
               a.c1, a.c2, null, null, null, null, null, null, a.done
          from answered a
         union all
        select 'service', a.stream, a.event_id, 0, a.seq, a.owner, a.home, a.date, a.exact, a.at, null, null, null, null,
               a.service, a.subc, 'REFERRAL', null, null, null, null, null, null
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
              from (select g.client from said_of_facts(p_rows) g
                     union
                    select f.client from fact f
                     where f.kind = 'referral' and f.stream in (select g.stream from said_of_facts(p_rows) g where g.kind = 'answer')) g
              join alias a on g.client in (a.record, a.person)));
    end if;
    -- Two facts of one item in this batch: which of them counts?
    if v_doubt then
        perform settle(array(select distinct g.client from said_of_facts(p_rows) g where g.item is not null));
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

-- What readers may ask. Views, because a reader has no rights on this schema and finds no function here.
create view counting as
select f.*, a11_of(f.age) as a11, a5_of(f.age) as a5, a2_of(f.age) as a2
  from fact f
 where f.counted;

-- Each fact with each version that ever described its person at that date: an answer as of an earlier day picks what was
-- known then. People forgotten since are in no row.
create view as_known as
select f.kind, f.stream, f.event_id, f.part, f.seq, f.item, f.client, f.centre, f.date, f.precision, f.period,
       whose.person, whose.since, whose.until, f.recorded_at, f.voided_at, v.version, v.effective_from, v.recorded_at as described_at, v.superseded_at,
       who.sex, a11_of(who.age) as a11, a5_of(who.age) as a5, a2_of(who.age) as a2, who.age, who.area, who.nat, who.edu,
       who.isco, who.types, f.c1, f.c2, f.c3, f.c4, f.c5, f.c6, f.qty
  from fact f
  left join consent_state s on s.client = f.client
  -- Each record stands for itself, and for the person of another while it was merged: of these an answer picks what was known.
  left join lateral (
    select f.client as person, null::timestamptz as since, null::timestamptz as until
     union all
    select a.person, a.since, a.until from alias a where a.record = f.client
 ) whose on f.client is not null
  left join person_version v on v.client = whose.person and v.effective_from <= f.date
 cross join lateral (
    select v.sex, age_at(v.birth_month, v.age_told, f.date) as age, v.area, v.nat, v.edu,
           case when f.kind = 'departure' then coalesce(f.c6, v.isco) else v.isco end as isco, v.types
     where f.client is not null
     union all
    select f.sex, f.age, f.area, f.nat, f.edu, f.isco, f.types where f.client is null
 ) who
 where f.kind <> 'answer'
   and (f.client is null
        or v.client is not null and s.consent_id is not null
           and (f.kind = 'registration' or f.recorded_at >= s.consent_from));

-- One row for each referral that counts, with the instant of every answer that stands.
create view referral_state as
select f.*, a.acknowledged_at, a.accepted_at, a.declined_at, a.declined_for, a.delivered_at, a.withdrawn_at
  from counting f
 cross join lateral (
    select min(a.done) filter (where a.c1 = 'ACKNOWLEDGED') as acknowledged_at,
           min(a.done) filter (where a.c1 = 'ACCEPTED') as accepted_at,
           min(a.done) filter (where a.c1 = 'DECLINED') as declined_at,
           min(a.c2) filter (where a.c1 = 'DECLINED') as declined_for,
           min(a.done) filter (where a.c1 = 'DELIVERED') as delivered_at,
           min(a.done) filter (where a.c1 = 'WITHDRAWN') as withdrawn_at
      from fact a
     where a.kind = 'answer' and a.stream = f.stream and a.voided_at is null
 ) a
 where f.kind = 'referral';

-- Until when everything that was recorded is counted here, by partition; written by the worker's watch, not by events.
create table watermark (
    topic     text not null,
    partition integer not null,
    at        timestamptz not null,
    primary key (topic, partition)
);
