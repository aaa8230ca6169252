-- Which facts are counted, by the id of each: no stream, no person, no field of theirs.
create table counted (
    event_id uuid primary key
);

-- The counts. An hour begins at its start, UTC.
create table hourly (
    centre text not null,
    metric text not null,
    hour   timestamptz not null,
    n      bigint not null,
    primary key (centre, metric, hour)
);
create index on hourly (hour);
