-- Every referral, as both sides see it in their lists. recorded_at: of the sending; lists are ordered by it.
-- to_org: the true receiver also of a confidential one, until the packet is gone; shown to the receiver alone.
-- path: the states that it went through; a voided answer takes the last one back. version: of the last fact applied.
create table referral (
    referral_id     uuid primary key,
    centre          text not null,
    direction       text not null,
    client_id       uuid,
    case_id         uuid,
    from_org        text not null,
    to_org          text,
    service_code    text not null,
    sub_committee   text not null,
    priority        text not null,
    confidential    boolean not null,
    path            text[] not null default '{SENT}',
    state           text generated always as (path[cardinality(path)]) stored,
    version         integer not null default 1,
    due_ack         timestamptz not null,
    due_service     timestamptz not null,
    acknowledged_at timestamptz,
    accepted_at     timestamptz,
    delivered_at    timestamptz,
    delivered       text,
    ack_on_time     boolean,
    service_on_time boolean,
    escalated_to    text,
    result          text,
    sent_at         timestamptz not null,
    recorded_at     timestamptz not null
);
create index referral_sender on referral (centre, recorded_at desc, referral_id desc);
create index referral_receiver on referral (to_org, recorded_at desc, referral_id desc);
create index referral_case on referral (case_id) where case_id is not null;
