-- Feedback about a centre, without its words. stage: of a complaint. recorded_at: lists are ordered by it.
create table feedback (
    feedback_id    uuid primary key,
    event_id       uuid not null,
    centre         text not null,
    kind           text not null,
    service_code   text,
    about_service  text,
    due_ack        timestamptz,
    due_resolution timestamptz,
    stage          text,
    handler        text,
    recorded_at    timestamptz not null
);
create index feedback_list on feedback (centre, recorded_at desc, feedback_id desc);
create index feedback_event on feedback (event_id);
