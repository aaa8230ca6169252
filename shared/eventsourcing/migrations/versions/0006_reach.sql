-- What a statement of the api may see of the read models, whatever it asks for (docs/reference/authorisation.md).
-- A statement says so itself, by `where (select within_reach($n))`: Postgres evaluates that once, before the first row, so
-- reach and rows take one round trip. It holds to the end of the transaction. A statement that says nothing sees nothing.
create or replace function within_reach(reach jsonb) returns boolean language sql volatile as $$
    select set_config('gabay.centres', coalesce(reach ->> 'centres', ''), true) is not null
       and set_config('gabay.confidential', coalesce(reach ->> 'confidential', ''), true) is not null
       and set_config('gabay.orgs', coalesce(reach ->> 'orgs', ''), true) is not null
       and set_config('gabay.subjects', coalesce(reach ->> 'subjects', ''), true) is not null
       and set_config('gabay.staff', coalesce(reach ->> 'staff', ''), true) is not null
       and set_config('gabay.whole', coalesce(reach ->> 'whole', ''), true) is not null
$$;

-- For policies, which ask each of them once in a statement: `centre = any ((select reach_centres())::text[])`. A setting
-- that a transaction has left reads as '' and not as null.
create or replace function reach_centres() returns text[] language sql stable as $$
    select nullif(current_setting('gabay.centres', true), '')::text[]
$$;
create or replace function reach_confidential() returns text[] language sql stable as $$
    select nullif(current_setting('gabay.confidential', true), '')::text[]
$$;
create or replace function reach_orgs() returns text[] language sql stable as $$
    select nullif(current_setting('gabay.orgs', true), '')::text[]
$$;
create or replace function reach_subjects() returns uuid[] language sql stable as $$
    select nullif(current_setting('gabay.subjects', true), '')::uuid[]
$$;
create or replace function reach_staff() returns text language sql stable as $$
    select nullif(current_setting('gabay.staff', true), '')
$$;
create or replace function reach_whole() returns boolean language sql stable as $$
    select coalesce(current_setting('gabay.whole', true), '') = 'on'
$$;
