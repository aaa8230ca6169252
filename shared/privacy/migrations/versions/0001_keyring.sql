-- One wrapped key per subject and class. Deleting a row is forgetting: what it sealed opens no more.

create table subject_key (
    subject_id  uuid not null,
    class       text not null,
    key_id      uuid not null,
    wrapped_key bytea not null,
    kek_version integer not null,
    created_at  timestamptz not null default clock_timestamp(),
    primary key (subject_id, class)
);

-- Who has forgotten an erased subject, and what it purged. With a row of service `keyring` no key is made again.
create table erasure_ack (
    subject_id uuid not null,
    service    text not null,
    at         timestamptz not null default clock_timestamp(),
    tables     text[] not null default '{}',
    primary key (subject_id, service)
);

-- Insert or read, so that two writers share one key. `replace` destroys a leftover key of another id first (the
-- profile key of an ended consent). A barred subject gets no row back.
create function make_keys(
    p_subject uuid[], p_class text[], p_key_id uuid[], p_wrapped bytea[], p_kek integer[], p_replace boolean[]
) returns setof subject_key language plpgsql
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
begin
    if true = any (p_replace) then
        delete from subject_key k
         using unnest(p_subject, p_class, p_key_id, p_replace) as w(subject_id, class, key_id, replace)
         where w.replace and k.subject_id = w.subject_id and k.class = w.class and k.key_id <> w.key_id;
    end if;
    insert into subject_key (subject_id, class, key_id, wrapped_key, kek_version)
    select w.subject_id, w.class, w.key_id, w.wrapped, w.kek
      from unnest(p_subject, p_class, p_key_id, p_wrapped, p_kek) as w(subject_id, class, key_id, wrapped, kek)
     where not exists (select from erasure_ack a where a.subject_id = w.subject_id and a.service = 'keyring')
     order by w.subject_id, w.class
        on conflict (subject_id, class) do nothing;
    return query
    select k.* from unnest(p_subject, p_class) as w(subject_id, class)
      join subject_key k on k.subject_id = w.subject_id and k.class = w.class;
end $$;

do $$
declare
    role text;
begin
    foreach role in array array['intake', 'casework', 'referrals', 'reporting'] loop
        execute format('grant usage on schema public to %I', role || '_keyring');
        execute format('grant select, insert, update, delete on subject_key to %I', role || '_keyring');
        execute format('grant select, insert, update on erasure_ack to %I', role || '_keyring');
    end loop;
end $$;
