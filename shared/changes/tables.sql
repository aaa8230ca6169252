-- What changed. topic, partition, position: of the record, which is the order of the feed. id: of the stream, never a name.
-- audience: who hears of it: a centre, `to:` or `from:` and an organisation, or `*` for everybody; a row for each of them.
create table change (
    topic       text not null,
    partition   integer not null,
    position    bigint not null,
    audience    text not null,
    aggregate   text not null,
    id          uuid not null,
    version     integer not null,
    type        text not null,
    recorded_at timestamptz not null,
    primary key (topic, partition, position, audience)
);
create unique index change_once on change (id, version, audience);
create index change_next on change (audience, topic, partition, position);
create index change_old on change (recorded_at);

-- Who hears of a stream, from now on, beside the centre of each of its facts.
create table side (
    id       uuid not null,
    audience text not null,
    primary key (id, audience)
);

-- Streams of which not everybody at their centre may hear, by the facts that make them so; and who works on them.
create table hidden (
    id       uuid not null,
    event_id uuid not null,
    primary key (id, event_id)
);
create table assigned (
    id     uuid primary key,
    worker text not null
);
