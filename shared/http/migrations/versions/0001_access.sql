-- Who may do what: staff, their grants, and devices. Roles and centres in a token count for nothing; these rows do,
-- so that revoking works within 30 seconds.

create table staff (
    staff_id   text primary key check (staff_id ~ '^[a-z0-9-]{3,64}$'),
    iss        text not null,
    sub        text not null,
    created_at timestamptz not null default clock_timestamp(),
    constraint staff_is_one_identity unique (iss, sub)
);

-- A grant counts from its confirmation by a second person until it ends. Never deleted: it says who might do what then.
create table "grant" (
    grant_id     uuid primary key default gen_random_uuid(),
    staff_id     text not null references staff,
    role         text not null,
    centre       text,
    org          text,
    region       text,
    valid_from   timestamptz not null default clock_timestamp(),
    valid_to     timestamptz,
    granted_by   text not null,
    granted_at   timestamptz not null default clock_timestamp(),
    confirmed_by text,
    confirmed_at timestamptz,
    constraint grant_has_one_reach check (num_nonnulls(centre, org, region) = 1),
    constraint grant_needs_two_persons check (confirmed_by is null or confirmed_by <> granted_by),
    constraint grant_is_not_confirmed_by_its_holder check (confirmed_by is null or confirmed_by <> staff_id)
);
create index grant_of_staff on "grant" (staff_id);

create table device (
    device_id  text primary key check (device_id ~ '^[A-Za-z0-9_-]{1,64}$'),
    centre     text not null,
    state      text not null default 'ACTIVE' check (state in ('ACTIVE', 'BLOCKED')),
    created_at timestamptz not null default clock_timestamp(),
    blocked_at timestamptz
);

-- Heads of the read-audit chains of all processes: a tail deleted in a service's own database shows here.
create table audit_head (
    chain_id uuid not null,
    n        bigint not null,
    service  text not null,
    hash     bytea not null,
    at       timestamptz not null default clock_timestamp(),
    primary key (chain_id, n)
);

-- Only rows that break-glass and the service share: who opened which subject, until when.
create table break_glass (
    grant_id   uuid primary key,
    staff_id   text not null references staff,
    subject_id uuid not null,
    reason     text not null,
    opened_at  timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null,
    closed_at  timestamptz
);
create index break_glass_of_staff on break_glass (staff_id, expires_at);

do $$
declare
    service text;
begin
    foreach service in array array['intake', 'casework', 'referrals', 'reporting'] loop
        execute format('grant usage on schema public to %I', service || '_access');
        execute format('grant select on staff, "grant", device, break_glass to %I', service || '_access');
        execute format('grant select, insert on audit_head to %I', service || '_access');
        execute format('grant insert on break_glass to %I', service || '_access');
    end loop;
end $$;
