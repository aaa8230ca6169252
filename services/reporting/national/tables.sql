-- What stands of each table of a period in each region, as its newest fact says.
create table told (
    region    text not null,
    name      text not null,
    period    text not null,
    state     text not null check (state in ('PUBLISHED', 'WITHDRAWN', 'DROPPED')),
    release   text not null,
    edition   integer not null,
    chain     text not null,
    -- The released file, byte for byte; null where nothing stands.
    data      text,
    version   integer not null,
    told_at   timestamptz not null,
    primary key (region, name, period)
);
create index told_table on told (name, period);
