-- Consents of CASE_MANAGEMENT by client. ended_on: first day without it. No name, nothing that a person said.
create table consent (
    client_id  uuid not null,
    consent_id uuid not null,
    valid_to   date,
    ended_on   date,
    primary key (client_id, consent_id)
);
