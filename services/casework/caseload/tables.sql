-- The cases of a centre. recorded_at: of the opening; lists are ordered by it.
create table case_file (
    case_id       uuid primary key,
    client_id     uuid not null,
    centre        text not null,
    kind          text not null,
    priority      text not null,
    source        text not null,
    sub_committee text not null,
    state         text not null default 'OPEN',
    worker        text,
    opened_at     timestamptz not null,
    closed_on     date,
    review_due    date,
    recorded_at   timestamptz not null
);
create index case_file_list on case_file (centre, recorded_at desc, case_id desc);
create index case_file_client on case_file (client_id);
create index case_file_worker on case_file (worker) where state <> 'CLOSED';

-- Referrals that belong to a case; only their first fact names it.
create table referral (
    referral_id  uuid primary key,
    case_id      uuid not null,
    action_id    uuid,
    confidential boolean not null
);

-- The timeline: one line for each fact of the case and of its referrals. details: open codes and ids.
create table step (
    stream_id uuid not null,
    version   integer not null,
    case_id   uuid not null,
    type      text not null,
    at        timestamptz not null,
    actor     text not null,
    details   jsonb not null,
    primary key (stream_id, version)
);
create index step_case on step (case_id, at);
