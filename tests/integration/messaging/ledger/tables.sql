create table entry (
    event_id  uuid primary key,
    stream_id uuid not null,
    version   integer not null,
    amount    integer not null,
    at        timestamptz not null
);
create table total (stream_id uuid primary key, amount bigint not null, last integer not null);
-- What was applied, each time it was: twice is visible here.
create table seen (n bigint generated always as identity, stream_id uuid not null, version integer not null);
