-- Generations of read models: each has a schema `<model>_v<version>` and a consumer `<service>.<model>.v<version>` of its
-- own. Readers see the one that is LIVE through the views of schema `<model>`.
create table generation (
    model      text not null,
    version    integer not null check (version > 0),
    -- Version that the projection has in the code which made it: tables of another shape are not for today's handlers.
    code       integer not null check (code > 0),
    state      text not null check (state in ('BUILDING', 'LIVE', 'RETIRED')),
    made_at    timestamptz not null default clock_timestamp(),
    live_at    timestamptz,
    retired_at timestamptz,
    primary key (model, version)
);
create unique index generation_live_once on generation (model) where state = 'LIVE';

do $$
declare
    app    text := current_setting('gabay.service') || '_app';
    worker text := current_setting('gabay.service') || '_worker';
begin
    execute format('grant select on generation to %I, %I', app, worker);
end $$;
