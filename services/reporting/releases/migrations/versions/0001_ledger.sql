-- What was published, and what may be: kept for ever, never rebuilt. Of true counts only numbers and key sums, no persons.
create schema ledger;

create table ledger.release (
    id            text primary key,
    period        text not null,
    edition       integer not null,
    state         text not null check (state in ('FROZEN', 'PUBLISHED', 'REVISED', 'WITHDRAWN', 'DISCARDED')),
    place         bigint generated always as identity,
    cutoff        timestamptz not null,
    frozen_at     timestamptz not null,
    frozen_by     text not null,
    published_at  timestamptz,
    published_by  text,
    withdrawn_at  timestamptz,
    withdrawn_by  text,
    reason        text,
    secret        text not null,
    manifest      bytea not null,
    signature     bytea not null,
    public_key    bytea not null,
    chain         text not null,
    previous      text not null
);
-- One edition of a period; what was discarded frees its place, and its id.
create unique index release_edition_once on ledger.release (period, edition) where state <> 'DISCARDED';
-- The chain has one end: of two releases that name the same one before them, one is refused.
create unique index release_chain_once on ledger.release (previous) where state <> 'DISCARDED';

create table ledger.file (
    release text not null references ledger.release (id) on delete cascade,
    name    text not null,
    sha256  text not null,
    bytes   bytea not null,
    primary key (release, name)
);

-- Protected cells as they were published, for pages and for the next edition.
create table ledger.cell (
    release text not null references ledger.release (id) on delete cascade,
    name    text not null,
    measure text not null,
    codes   text[] not null,
    value   double precision,
    status  text not null,
    primary key (release, name, measure, codes)
);

-- True counts behind them: what a revision compares with. The worker's alone.
create table ledger.cell_secret (
    release      text not null references ledger.release (id) on delete cascade,
    name         text not null,
    measure      text not null,
    codes        text[] not null,
    n            bigint not null,
    contributors bigint not null,
    ksum         bigint not null,
    primary key (release, name, measure, codes)
);

-- Countries with rows of their own in a year's tables.
create table ledger.country_list (
    year  integer not null,
    name  text not null,
    dim   text not null,
    codes text[] not null,
    primary key (year, name, dim)
);

-- What somebody asked the worker to freeze, and what came of it.
create table ledger.wish (
    id       uuid primary key,
    period   text not null,
    cutoff   timestamptz,
    asked_by text not null,
    asked_at timestamptz not null default clock_timestamp(),
    done_at  timestamptz,
    release  text,
    problem  text
);

-- What was fixed stays: of a release only its state may change, of its files and cells nothing.
create function ledger.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'a release is never changed: % refused', tg_op
        using hint = 'Freeze a new edition, or withdraw this one.';
end $$;
create function ledger.keep_release() returns trigger language plpgsql as $$
begin
    if (new.id, new.period, new.edition, new.cutoff, new.frozen_at, new.frozen_by, new.secret, new.manifest, new.signature,
        new.public_key, new.chain, new.previous)
       is distinct from
       (old.id, old.period, old.edition, old.cutoff, old.frozen_at, old.frozen_by, old.secret, old.manifest, old.signature,
        old.public_key, old.chain, old.previous) then
        raise exception 'a release is never changed: only its state moves';
    end if;
    return new;
end $$;
create trigger release_keeps_its_bytes before update on ledger.release for each row execute function ledger.keep_release();
create trigger release_is_never_deleted before delete on ledger.release
    for each row when (old.state <> 'DISCARDED') execute function ledger.refuse_change();
create trigger file_is_history before update on ledger.file for each row execute function ledger.refuse_change();
create trigger cell_is_history before update on ledger.cell for each row execute function ledger.refuse_change();

grant usage on schema ledger to reporting_app, reporting_worker;
grant select on ledger.release, ledger.file, ledger.cell, ledger.wish to reporting_app;
grant insert on ledger.wish to reporting_app;
grant update (state, published_at, published_by, withdrawn_at, withdrawn_by, reason) on ledger.release to reporting_app;
grant select, insert, update, delete on all tables in schema ledger to reporting_worker;
