-- Trainings of a centre. recorded_at: of the announcement; lists are ordered by it.
create table session (
    session_id    uuid primary key,
    centre        text not null,
    course        text not null,
    provider      text not null,
    sub_committee text not null,
    place         text not null,
    starts        timestamptz not null,
    capacity      integer not null,
    for_staff     boolean not null,
    state         text not null default 'SCHEDULED',
    attendees     integer,
    recorded_at   timestamptz not null
);
create index session_list on session (centre, recorded_at desc, session_id desc);

-- One line for each seat that was taken (1) or given up (-1); nobody is named.
create table seat (
    session_id uuid not null,
    version    integer not null,
    change     integer not null,
    primary key (session_id, version)
);
