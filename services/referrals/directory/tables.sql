-- Directory entries. next_due: day until which the last verification holds, null if there was none.
create table entry (
    entry_id     uuid primary key,
    centre       text not null,
    org          text not null,
    service_code text not null,
    status       text not null,
    verified_on  date,
    next_due     date,
    retired      boolean not null default false,
    listing      jsonb not null,
    recorded_at  timestamptz not null
);
create index entry_list on entry (recorded_at desc, entry_id desc) where not retired;
