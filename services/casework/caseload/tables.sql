-- The cases of a centre. recorded_at: of the opening; lists are ordered by it. state, kind and next_follow_up follow from
-- the lines and tables below (settle.sql). transfer_*: a transfer to another centre that waits for its answer.
create table case_file (
    case_id        uuid primary key,
    client_id      uuid not null,
    centre         text not null,
    kind           text not null,
    priority       text not null,
    source         text not null,
    sub_committee  text not null,
    state          text not null default 'OPEN',
    worker         text,
    opened_at      timestamptz not null,
    closed_on      date,
    review_due     date,
    next_follow_up date,
    transfer_id    uuid,
    transfer_to    text,
    transfer_at    timestamptz,
    recorded_at    timestamptz not null
);
create index case_file_list on case_file (centre, recorded_at desc, case_id desc);
create index case_file_client on case_file (client_id);
create index case_file_worker on case_file (worker) where state <> 'CLOSED';
create index case_file_transfer on case_file (transfer_to) where transfer_to is not null;

-- Referrals that belong to a case; only their first fact names it.
create table referral (
    referral_id  uuid primary key,
    case_id      uuid not null,
    action_id    uuid,
    confidential boolean not null
);

-- The timeline: one line for each fact of the case and of its referrals. details: open codes and ids. sets: the state that
-- the fact leads to whatever was before. void: it never was true.
create table step (
    stream_id uuid not null,
    version   integer not null,
    case_id   uuid not null,
    event_id  uuid not null,
    type      text not null,
    at        timestamptz not null,
    actor     text not null,
    details   jsonb not null,
    sets      text,
    void      boolean not null default false,
    primary key (stream_id, version)
);
create index step_case on step (case_id, at);
create index step_event on step (event_id);

-- Facts that make a case confidential: its opening, an assessment.
create table hidden (
    case_id  uuid not null,
    event_id uuid not null,
    primary key (case_id, event_id)
);

-- The steps of plans: one row for each time a step was proposed (status null) or moved.
create table action (
    case_id   uuid not null,
    action_id uuid not null,
    version   integer not null,
    event_id  uuid not null,
    plan_no   integer not null,
    status    text,
    primary key (case_id, action_id, version)
);

-- Planned looks back, and those that took place.
create table follow_up (
    follow_up_id uuid not null,
    case_id      uuid not null,
    event_id     uuid not null,
    type         text not null,
    due          date not null,
    primary key (case_id, event_id)
);
create table looked_back (
    follow_up_id uuid not null,
    event_id     uuid not null,
    done         date not null,
    contact      text not null,
    primary key (follow_up_id, event_id)
);
