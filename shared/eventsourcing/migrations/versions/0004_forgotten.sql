-- Clients who were erased, as far as this service has heard: what it still has to purge and to acknowledge, and what a
-- rebuild must leave out. aliases: records merged into theirs. version: of the erasure in the client's stream. items: streams
-- of this service's read models that were theirs, so that a late fact of one is purged too. Random ids, nobody's name.
create table forgotten (
    client_id       uuid primary key,
    aliases         uuid[] not null,
    version         integer not null,
    erased_at       timestamptz not null,
    items           uuid[] not null default '{}',
    heard_at        timestamptz not null default clock_timestamp(),
    acknowledged_at timestamptz
);
create index forgotten_due on forgotten (heard_at) where acknowledged_at is null;

do $$
begin
    execute format('grant select on forgotten to %I', current_setting('gabay.service') || '_app');
    execute format('grant select, insert, update on forgotten to %I', current_setting('gabay.service') || '_worker');
end $$;
