-- The clients of the centres. survivor: the record that a merged one was merged into. unseen: probable duplicates of the
-- registration that nobody has looked at yet. recorded_at: of the registration; lists are ordered by it.
create table client (
    client_id     uuid primary key,
    centre        text not null,
    registered_on date not null,
    channel       text not null,
    open_case     boolean not null,
    search_hits   integer not null,
    unseen        integer not null,
    survivor      uuid,
    recorded_at   timestamptz not null
);
create index client_list on client (centre, recorded_at desc, client_id desc);
create index client_review on client (centre, recorded_at desc, client_id desc) where unseen > 0 and survivor is null;
create index client_survivor on client (survivor) where survivor is not null;
