-- Consents of SHARE_FOR_SERVICE by client. recipient_org null: a confidential sharing. replaces: what was done under the
-- older one goes on under this one. withdrawn: taken back, or run out. withheld: "ITEM@ORG" words, "ITEM@" from anybody.
create table consent (
    client_id     uuid not null,
    consent_id    uuid not null,
    recipient_org text,
    withheld      text not null,
    valid_to      date,
    ended_on      date,
    withdrawn     boolean not null default false,
    replaces      uuid,
    version       integer not null,
    primary key (client_id, consent_id)
);
-- Protection assessments with their contact block, by client. Of several with one assessment_id the latest that stands counts.
create table assessment (
    event_id      uuid primary key,
    case_id       uuid not null,
    client_id     uuid not null,
    assessment_id uuid not null,
    version       integer not null,
    contact_block boolean not null,
    void          boolean not null default false
);
create index assessment_client on assessment (client_id);

-- What rests because a merged record answers more narrowly. version: of the merge; a consent given later is not touched.
create table narrowed (
    client_id     uuid not null,
    other_id      uuid not null,
    recipient_org text not null,
    version       integer not null,
    primary key (client_id, other_id, recipient_org)
);

-- Merged record -> the one that goes on in its place; chains are followed by whoever asks.
create table alias (
    client_id uuid primary key,
    survivor  uuid not null
);

-- Legal holds that were not lifted.
create table hold (
    client_id uuid not null,
    hold_id   uuid not null,
    until     date,
    primary key (client_id, hold_id)
);
