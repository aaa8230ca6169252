-- The event store of one service, and what its consumers remember. Run by the owner role with `gabay.service` set.

create table stream (
    stream_id uuid primary key,
    kind      text not null,
    version   integer not null check (version > 0)
);

create table event (
    -- Not a cursor: positions become visible out of order. A reader that remembers "last position seen" loses events.
    position    bigint generated always as identity primary key,
    event_id    uuid not null constraint event_once unique,
    stream_id   uuid not null,
    version     integer not null,
    kind        text not null,
    type        text not null,
    schema      smallint not null,
    data        jsonb not null,
    meta        jsonb not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    constraint event_in_order unique (stream_id, version)
);

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'event rows are never changed: % refused', tg_op
        using hint = 'Correct a fact with a new one (EntryVoided, ClientProfileAmended).';
end $$;
create trigger event_is_history before update or delete on event for each row execute function refuse_change();
create trigger event_is_never_truncated before truncate on event for each statement execute function refuse_change();
alter table event enable always trigger event_is_history;
alter table event enable always trigger event_is_never_truncated;

-- Pointers to events that are not yet on their topic. A set, not a queue with a cursor.
create table outbox (position bigint primary key)
    with (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 500);

-- A rule across streams: who holds (name, key). Derived, may be regrown from the facts.
create table reservation (
    name      text not null,
    key       text not null,
    stream_id uuid not null,
    constraint reservation_once primary key (name, key)
);

-- Streams found by a term: 64 bits of a hash, keyed (HMAC) where the term is personal. Hits are checked by the reader.
create table search (
    term      bigint not null,
    stream_id uuid not null,
    primary key (term, stream_id)
);

create table consumed (
    consumer  text not null,
    topic     text not null,
    partition integer not null,
    next      bigint not null,
    primary key (consumer, topic, partition)
);

-- The guard: the last version of a stream that a consumer has applied.
create table applied (
    consumer  text not null,
    stream_id uuid not null,
    version   integer not null,
    primary key (consumer, stream_id)
);

create table parked (
    consumer        text not null,
    topic           text not null,
    partition       integer not null,
    "offset"        bigint not null,
    stream_id       text,
    version         integer,
    reason          text not null,
    error_class     text,
    attempts        integer not null default 1,
    first_failed_at timestamptz not null default clock_timestamp(),
    last_failed_at  timestamptz not null default clock_timestamp(),
    state           text not null default 'PARKED' check (state in ('PARKED', 'RELEASED', 'DISCARDED')),
    key             bytea,
    headers         bytea not null,
    value           bytea,
    primary key (consumer, topic, partition, "offset")
);
create index parked_stream on parked (consumer, stream_id) where state = 'PARKED';

-- What an operator did to streams, consumers and read models: never a value, always a reason.
create table operation_audit (
    at          timestamptz not null default clock_timestamp(),
    operator    text not null,
    approved_by text,
    operation   text not null,
    target      text not null,
    reason      text
);

-- Who read whose data, why, when: committed before the answer leaves (http chapter, section 10). No values.
create table read_audit (
    chain_id           uuid not null,
    n                  bigint not null,
    at                 timestamptz not null,
    actor              text not null,
    role               text not null,
    centre             text,
    device             text,
    purpose            text,
    subject_id         uuid[] not null default '{}',
    classes            text[] not null default '{}',
    fields             text[] not null default '{}',
    action             text not null,
    query_hmac         bytea,
    result_count       integer,
    export_id          uuid,
    decision           text not null,
    break_glass_reason text,
    trace_id           text,
    hash               bytea not null,
    primary key (chain_id, n)
);
create index read_audit_subject on read_audit using gin (subject_id);
create trigger read_audit_is_history before update or delete on read_audit
    for each row execute function refuse_change();

do $$
declare
    app    text := current_setting('gabay.service') || '_app';
    worker text := current_setting('gabay.service') || '_worker';
begin
    execute format('grant usage on schema public to %I, %I', app, worker);
    execute format('grant select, insert on event to %I, %I', app, worker);
    execute format('grant select, insert, update, delete on stream, outbox, reservation, search to %I, %I', app, worker);
    execute format('grant select on consumed, applied, parked to %I', app);
    execute format('grant select, insert, update, delete on consumed, applied, parked to %I', worker);
    execute format('grant select, insert on read_audit, operation_audit to %I, %I', app, worker);
end $$;
