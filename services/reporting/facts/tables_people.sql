-- What intake says of people.

create type said_of_person as (
    what text, client uuid, version integer, event_id uuid, at timestamptz, day date, centre text, channel text, consent uuid,
    sex text, birth integer, age text, area text, nat text, edu text, isco text, types text, town text, told date
);

-- what: REGISTERED, GIVEN, ENDED, or the reason of an amendment. Most are new and give their
-- consent in the same command: they go through in sets. Whatever is left goes one by one, in the order of the stream.
create function apply_person(p_rows said_of_person[]) returns void language plpgsql
set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare
    v_new     uuid[];
    v_done    bigint;
    v_touched uuid[];
    r         record;
begin
    insert into heard (client, month)
    select distinct g.client, date_trunc('month', g.told)::date
      from unnest(p_rows) g
     where not exists (select from consent_state s where s.client = g.client and s.erased)
     order by 1, 2
        on conflict do nothing;

    with said as materialized (
        -- Beside REGISTERED a row of somebody new says at most when consent was given: one row for each person.
        select g.client, max(g.version) as version, max(g.centre) as centre, max(g.day) as day, max(g.channel) as channel,
               (array_agg(g.event_id) filter (where g.what = 'REGISTERED'))[1] as event_id, min(g.at) as at,
               (array_agg(g.consent) filter (where g.what = 'GIVEN'))[1] as consent,
               max(g.at) filter (where g.what = 'GIVEN') as consent_from,
               max(g.sex) as sex, max(g.birth) as birth, max(g.age) as age, max(g.area) as area, max(g.nat) as nat,
               max(g.edu) as edu, max(g.isco) as isco, max(g.types) as types, max(g.town) as town, count(*) as steps,
               max(g.told) filter (where g.what = 'GIVEN') as allowed_on
          from unnest(p_rows) g
         group by g.client
        having count(*) filter (where g.what = 'REGISTERED') = 1
           and count(*) filter (where g.what = 'GIVEN') = count(*) - 1 and count(*) <= 2
         order by g.client
    ), fresh as (
        insert into consent_state (client, version, centre, registered_on, channel, event_id, recorded_at, consent_id, consent_from,
                                   asked_at)
        select client, version, centre, day, channel, event_id, at, consent, consent_from, consent_from from said
            on conflict do nothing
        returning client
    ), permitted as (
        insert into allowed (client, since)
        select client, allowed_on from said
         where allowed_on is not null and (client in (select client from fresh)) is true
            on conflict do nothing
    ), described as (
        insert into person_version (client, version, effective_from, recorded_at, reason,
                                    sex, birth_month, age_told, area, nat, edu, isco, types, town)
        select client, 1, '-infinity', at, 'REGISTERED', sex, birth, age, area, nat, edu, isco, types, town
          from said
         -- `is true` keeps it a look-up in a hash of all of them; as a join it would be planned for ten rows.
         where sex is not null and (client in (select client from fresh)) is true
            on conflict do nothing
    ), counted as (
        insert into fact (kind, stream, event_id, part, seq, client, centre, date, precision, recorded_at, counted,
                          sex, birth_month, age, area, nat, edu, isco, types, c1, c2)
        select 'registration', client, event_id, 0, 1, client, centre, day, 'D', at, true,
               sex, birth, age_at(birth, age, day), area, nat, edu, isco, types, channel, town
          from said
         where sex is not null and consent is not null and (client in (select client from fresh)) is true
            on conflict do nothing
    )
    select coalesce(array_agg(client), '{}'), coalesce(sum(steps), 0) into v_new, v_done
      from said
     where (client in (select client from fresh)) is true;
    if v_done = cardinality(p_rows) and not exists (select from waiting) and not exists (select from alias) then
        return;
    end if;

    for r in
        select g.* from unnest(p_rows) g
         where not exists (select from unnest(v_new) as n(client) where n.client = g.client)
         order by g.client, g.version
    loop
        perform apply_step(r.client, r.what, r.version, r.event_id, r.at, r.day, r.centre, r.channel, r.consent,
                           r.sex, r.birth, r.age, r.area, r.nat, r.edu, r.isco, r.types, r.town, r.told);
        v_touched := array_append(v_touched, r.client);
    end loop;

    v_touched := array_cat(v_touched, array(select w.client from waiting w where w.client = any (v_new)));
    v_touched := array_cat(v_touched, array(select a.record from alias a where a.record = any (v_new) or a.person = any (v_new)));
    if cardinality(v_touched) > 0 then
        perform settle(v_touched);
    end if;
end $$;

-- One step of one person. A step that was applied before changes nothing.
create function apply_step(
    p_client uuid, p_what text, p_version integer, p_event uuid, p_at timestamptz, p_day date, p_centre text, p_channel text,
    p_consent uuid, p_sex text, p_birth integer, p_age text, p_area text, p_nat text, p_edu text, p_isco text, p_types text,
    p_town text, p_told date
) returns void language plpgsql as $$
declare
    v_last  person_version;
    v_start date;
begin
    if p_what = 'REGISTERED' then
        insert into consent_state (client, version, centre, registered_on, channel, event_id, recorded_at)
        values (p_client, p_version, p_centre, p_day, p_channel, p_event, p_at)
            on conflict do nothing;
    else
        update consent_state s
           set version = p_version,
               consent_id = case p_what when 'GIVEN' then p_consent else s.consent_id end,
               -- A consent that takes another's place goes on where that one stood.
               consent_from = case p_what when 'GIVEN' then coalesce(s.consent_from, p_at) else s.consent_from end,
               asked_at = case p_what when 'GIVEN' then p_at else s.asked_at end
         where s.client = p_client and s.version < p_version;
    end if;
    if not found then
        return;
    end if;

    if p_what = 'GIVEN' and not exists (select from allowed a where a.client = p_client and a.until = 'infinity') then
        insert into allowed (client, since) values (p_client, p_told)
            on conflict (client, since) do update set until = 'infinity';
    end if;

    if p_what = 'ENDED' then
        -- Without a consent: erased. A consent that was replaced meanwhile ends nothing.
        if p_consent is null then
            update consent_state s set erased = true, agreed = s.consent_id is not null where s.client = p_client;
            delete from allowed a where a.client = p_client;
            delete from heard h where h.client = p_client;
        elsif exists (select from consent_state s where s.client = p_client and s.consent_id = p_consent) then
            update allowed a set until = greatest(p_told, a.since) where a.client = p_client and a.until = 'infinity';
        end if;
        if p_consent is null or exists (select from consent_state s where s.client = p_client and s.consent_id = p_consent) then
            perform forget(p_client, p_at);
        end if;

    elsif p_sex is not null then
        select v.* into v_last from person_version v
         where v.client = p_client and v.superseded_at is null
         order by v.version desc limit 1;
        if v_last.client is null then
            v_start := '-infinity';
        elsif p_what = 'CORRECTION' then
            v_start := v_last.effective_from;
            update person_version v set superseded_at = p_at where v.client = p_client and v.version = v_last.version;
        else
            v_start := p_day;
        end if;
        insert into person_version (client, version, effective_from, recorded_at, reason,
                                    sex, birth_month, age_told, area, nat, edu, isco, types, town)
        values (p_client, p_version, v_start, p_at, p_what,
                p_sex, p_birth, p_age, p_area, p_nat, p_edu, p_isco, p_types, p_town);
    end if;
end $$;
