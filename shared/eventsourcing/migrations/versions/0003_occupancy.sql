-- A rule across streams that a single holder cannot tell: how many places of a unit are taken. Changed by the appends
-- themselves, so of two admissions at once that want the last place one is refused. Derived, may be regrown from the facts.
create table occupancy (
    unit     text primary key,
    taken    integer not null,
    capacity integer not null,
    constraint unit_holds_no_more check (taken between 0 and capacity)
);

-- The function has more parameters from now on; beside the old one a call of either would be ambiguous.
drop function if exists append_events(
    uuid[], text[], integer[], integer[], integer[], integer[], uuid[], text[], smallint[], jsonb[], jsonb[], timestamptz[],
    integer[], bigint[], boolean[], integer[], text[], text[], boolean[], boolean
);

do $$
begin
    execute format('grant select, insert, update, delete on occupancy to %I, %I',
                   current_setting('gabay.service') || '_app', current_setting('gabay.service') || '_worker');
end $$;
