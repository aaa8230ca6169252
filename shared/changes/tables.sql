-- What changed. topic, partition, position: of the record, which is the order of the feed. id: of the stream, never a name.
create table change (
    topic       text not null,
    partition   integer not null,
    position    bigint not null,
    centre      text not null,
    aggregate   text not null,
    id          uuid not null,
    version     integer not null,
    type        text not null,
    recorded_at timestamptz not null,
    primary key (topic, partition, position)
);
create unique index change_once on change (id, version);
create index change_next on change (centre, topic, partition, position);
create index change_old on change (recorded_at);
