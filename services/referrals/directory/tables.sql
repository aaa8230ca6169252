-- Directory entries. next_due: day until which the last verification holds, null if there was none. areas: present PSGC codes
-- of the places that it serves, empty: wherever somebody comes from. free: places, beds ... free at the last count.
create table entry (
    entry_id     uuid primary key,
    centre       text not null,
    org          text not null,
    service_code text not null,
    status       text not null,
    areas        text[] not null,
    languages    text[] not null,
    minimum_age  integer,
    maximum_age  integer,
    free         integer,
    verified_on  date,
    next_due     date,
    retired      boolean not null default false,
    listing      jsonb not null,
    recorded_at  timestamptz not null
);
create index entry_list on entry (recorded_at desc, entry_id desc) where not retired;
