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
    forgotten_at  timestamptz,
    erased        boolean not null default false,
    -- Of an erased record: whether it allowed statistics to its end, so that the record into which it was merged still counts.
    agreed        boolean not null default false
);

-- When clients allowed statistics, and in which months there was a fact about them: of all clients, open fields only, until
-- they are erased.
create table allowed (
    client uuid not null,
    since  date not null,
    until  date not null default 'infinity',
    primary key (client, since)
);
create table heard (
    client uuid not null,
    month  date not null,
    primary key (client, month)
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
    town           text not null,
    primary key (client, version)
);

-- 202607 for July; 202600 for a fact of which only the year is known: it counts in years and in no month.
create function period_of(day date, known text) returns integer language sql immutable parallel safe
return (date_part('year', day) * 100 + case known when 'Y' then 0 else date_part('month', day) end)::integer;

-- What is counted. Codes c1..c6 mean what the indicator's declaration says; the attributes of the person are those in
-- force at `date`, resolved; c2 of a registration is such an attribute too: the town. `item`: the episode of an arrival or a return, of which the first counts.
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

-- Kinds of facts: those in a stream of the client's own are found by (stream = client), those in other streams by client,
-- those of nobody by their stream. A partition for each. Stream ids are time-ordered, event ids are not: an index that begins
-- with the stream grows at one end only.
create function own_kinds() returns text[] language sql immutable parallel safe
return array['registration', 'transit', 'departure', 'return', 'screening', 'intention', 'functioning', 'earning'];

create function kinds_of_clients() returns text[] language sql immutable parallel safe
return array['encounter', 'service', 'case', 'assessment', 'plan', 'need', 'follow-up', 'contact', 'referral', 'promise',
             'incident', 'economics', 'seat', 'learned', 'reintegration', 'member', 'stay', 'stay-end', 'assist', 'consular', 'tracing',
             'protection'];

create function kinds_of_nobody() returns text[] language sql immutable parallel safe
return array['group', 'answer', 'outreach', 'media', 'dead', 'missing', 'session', 'held', 'feedback', 'complaint', 'complaint-step',
             'unlinked', 'load'];

do $$
declare
    k record;
begin
    for k in select name, 'fact_' || replace(name, '-', '_') as part from unnest(own_kinds() || kinds_of_clients() || kinds_of_nobody()) as name
    loop
        execute format('create table %I partition of fact for values in (%L)', k.part, k.name);
        execute format('create unique index on %I (stream, event_id, part)', k.part);
        if k.name = any (kinds_of_clients()) then
            execute format('create index on %I (client) where client is not null', k.part);
        end if;
    end loop;
end $$;

-- Few are ever voided; an answer as of an earlier day asks for those voided since.
create index on fact (voided_at) where voided_at is not null;

-- Clients of whom a fact came before what makes it count: other topics run ahead of intake's.
create table waiting (client uuid primary key);

-- Until when everything that was recorded is counted here, by partition; written by the worker's watch, not by events.
create table watermark (
    topic     text not null,
    partition integer not null,
    at        timestamptz not null,
    primary key (topic, partition)
);
