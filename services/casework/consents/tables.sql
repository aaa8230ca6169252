-- Consents by client, of the purposes that casework asks for. recipient_org: of CONSULAR, the consulate. ended_on: first
-- day without it. No name, nothing that a person said.
create table consent (
    client_id     uuid not null,
    consent_id    uuid not null,
    purpose       text not null,
    recipient_org text,
    valid_to      date,
    ended_on      date,
    version       integer not null,
    primary key (client_id, consent_id)
);

-- What rests because a merged record answers more narrowly. version: of the merge; a consent given later is not touched.
create table narrowed (
    client_id     uuid not null,
    other_id      uuid not null,
    purpose       text not null,
    recipient_org text not null,
    version       integer not null,
    primary key (client_id, other_id, purpose, recipient_org)
);

-- Merged record -> the one that goes on in its place; chains are followed by whoever asks.
create table alias (
    client_id uuid primary key,
    survivor  uuid not null
);
create index alias_survivor on alias (survivor);
