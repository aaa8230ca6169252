-- Requests of persons about their own data. client_id: null once they are forgotten. due_answer: null where nothing was
-- reckoned. outcome: null until decided; FORGOTTEN: an erasure ended it. answered_at: since when the person knows.
create table request (
    event_id    uuid primary key,
    request_id  uuid not null,
    client_id   uuid,
    centre      text not null,
    kind        text not null,
    objects_to  text,
    received_at timestamptz not null,
    due_answer  timestamptz,
    outcome     text,
    reason      text,
    answered_at timestamptz,
    recorded_at timestamptz not null
);
create index request_list on request (recorded_at desc, event_id desc);
create index request_client on request (client_id);
create index request_due on request (due_answer) where answered_at is null;
