-- Timers of a service: which command falls due when (shared/eventsourcing/timer.py). at: the time it was set to; rings_at:
-- later than that only for what was told late. ctx: in whose name and on which ground the command goes out.
-- A stopped one stays until its stream has come to its end: the fact that stopped it may be voided.
create table timer (
    stream_id uuid not null,
    name      text not null,
    item      text not null,
    at        timestamptz not null,
    rings_at  timestamptz not null,
    running   boolean not null default true,
    ctx       jsonb not null,
    primary key (stream_id, name, item)
);
create index timer_next on timer (rings_at, stream_id, name, item) where running;
