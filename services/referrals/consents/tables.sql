-- Consents of SHARE_FOR_SERVICE by client. recipient_org null: a confidential sharing. replaces: what was done under the
-- older one goes on under this one. withheld: "ITEM@ORG" words, "ITEM@" from anybody.
create table consent (
    client_id     uuid not null,
    consent_id    uuid not null,
    recipient_org text,
    withheld      text not null,
    valid_to      date,
    ended_on      date,
    replaces      uuid,
    primary key (client_id, consent_id)
);
