-- What `reporting-live` shows. Advisory: no figure is taken from here, and all but the alerts may be lost at any time.
create schema live;

-- Counts of the last days by hour of occurrence, kept by the partition that brought them.
create table live.live_window (
    metric     text not null,
    centre     text not null,
    point      text not null,
    starts_at  timestamptz not null,
    partition  integer not null,
    n          integer not null,
    updated_at timestamptz not null default clock_timestamp(),
    primary key (starts_at, metric, centre, point, partition)
);

-- How far it has read, and how far there is to read.
create table live.source (
    topic       text not null,
    partition   integer not null,
    next        bigint not null,
    ends        bigint not null,
    recorded_at timestamptz,
    looked_at   timestamptz not null,
    primary key (topic, partition)
);

-- Up to which end windows of a kind were judged.
create table live.judged (
    span    text primary key,
    ends_at timestamptz not null
);

-- One surge, from the first window above its limit until two were below; or a silence.
create table live.surge_alert (
    id              uuid primary key default uuidv7(),
    centre          text not null,
    metric          text not null,
    span            text not null check (span in ('24h', '7d', '48h')),
    x               integer not null,
    lambda          double precision not null,
    phi             double precision not null,
    threshold       double precision not null,
    level           text not null check (level in ('WATCH', 'CONFIRMED', 'CRITICAL', 'SILENCE')),
    first_seen      timestamptz not null,
    looked_at       timestamptz not null,
    above           integer not null,
    below           integer not null,
    noticed_at      timestamptz,
    cleared_at      timestamptz,
    acknowledged_by text,
    acknowledged_at timestamptz
);
-- One surge at a time of each kind; what is cleared stays on record.
create unique index surge_alert_once on live.surge_alert (centre, metric, span) where cleared_at is null;
create index on live.surge_alert (first_seen);

grant usage on schema live to reporting_app, reporting_worker;
grant select on all tables in schema live to reporting_app;
grant update (acknowledged_by, acknowledged_at) on live.surge_alert to reporting_app;
grant select, insert, update, delete on all tables in schema live to reporting_worker;
