-- The roles and databases of one region, with no right that nobody asked for: an owner for migrations, a role each for api
-- and worker that owns nothing, and one per service at the keyring and at the grants. The tables' own rights come with
-- the migrations. Safe to repeat; :password is replaced by the secret of this installation (TCP only; the socket is closed
-- to other users).

create or replace procedure pg_temp.role_exists(name text) language plpgsql as $$
begin
    if not exists (select from pg_roles where rolname = name) then
        execute format('create role %I login nosuperuser nocreatedb nocreaterole nobypassrls', name);
    end if;
    execute format('alter role %I password %L', name, 'dev-' || name || '-' || current_setting('gabay.password'));
end $$;

create or replace procedure pg_temp.bounded(name text) language plpgsql as $$
begin
    execute format('alter role %I set transaction_timeout = ''30s''', name);
    execute format('alter role %I set idle_in_transaction_session_timeout = ''60s''', name);
end $$;

do $$
declare
    service text;
begin
    foreach service in array array['intake', 'casework', 'referrals', 'reporting'] loop
        call pg_temp.role_exists(service || '_owner');
        call pg_temp.role_exists(service || '_app');
        call pg_temp.role_exists(service || '_worker');
        call pg_temp.role_exists(service || '_keyring');
        call pg_temp.role_exists(service || '_access');
        call pg_temp.bounded(service || '_app');
        call pg_temp.bounded(service || '_worker');
        call pg_temp.bounded(service || '_keyring');
        call pg_temp.bounded(service || '_access');
    end loop;
    call pg_temp.role_exists('keyring_owner');
    call pg_temp.role_exists('access_owner');
end $$;
