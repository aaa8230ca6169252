-- Who stays where, without a name: names are opened for a reader, and on record.
-- recorded_at: of the arrival's fact; lists are ordered by it. event_id, here and below: the fact that says so.
create table stay (
    stay_id     uuid primary key,
    event_id    uuid not null,
    centre      text not null,
    case_id     uuid,
    kind        text not null,
    arrived     timestamptz not null,
    left_at     timestamptz,
    nights      integer,
    left_event  uuid,
    recorded_at timestamptz not null
);
create index stay_list on stay (centre, recorded_at desc, stay_id desc);
create index stay_case on stay (case_id);
create index stay_event on stay (event_id);
create index stay_left_event on stay (left_event);

-- In which unit from when on, null if SAFE; the highest version of a stay is where it is now.
create table lodging (
    stay_id  uuid not null,
    version  integer not null,
    event_id uuid not null,
    unit     text,
    since    timestamptz not null,
    primary key (stay_id, version)
);
create index lodging_event on lodging (event_id);

-- Until which day it was to last; the highest version holds.
create table term (
    stay_id       uuid not null,
    version       integer not null,
    event_id      uuid not null,
    expected_exit date not null,
    primary key (stay_id, version)
);
create index term_event on term (event_id);
