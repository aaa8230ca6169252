-- Which facts count, and with which attributes, whenever the past changes.

-- The version that describes a person at a day, as known now.
create function in_force(p_client uuid, p_day date) returns setof person_version language sql stable
begin atomic
    select v.*
      from person_version v
     where v.client = p_client and v.effective_from <= p_day and v.superseded_at is null
     order by v.effective_from desc, v.version desc
     limit 1;
end;

-- All facts of some clients, by the index that each kind has.
create function facts_of(p_clients uuid[]) returns setof fact language sql stable
begin atomic
    select f.* from fact f where f.kind = any (own_kinds()) and f.stream = any (p_clients)
     union all
    select f.* from fact f where f.kind = any (kinds_of_clients()) and f.client = any (p_clients);
end;

-- Forget a client: versions, facts and, by the trigger, their part in every cell. Safe to repeat. What was recorded after it
-- stays, though it came first: facts of other streams may be ahead in a batch.
create function forget(p_client uuid, p_at timestamptz) returns void language plpgsql
set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
    delete from fact f where f.kind = 'answer' and f.stream in (
        select r.stream from fact r where r.kind = 'referral' and r.client = p_client and r.recorded_at <= p_at);
    delete from fact f where f.kind = any (own_kinds()) and f.stream = p_client and f.recorded_at <= p_at;
    delete from fact f where f.kind = any (kinds_of_clients()) and f.client = p_client and f.recorded_at <= p_at;
    delete from person_version v where v.client = p_client;
    delete from waiting w where w.client = p_client;
    update consent_state s
       set consent_id = null, consent_from = null, forgotten_at = p_at
     where s.client = p_client;
end $$;

-- The records that are the same persons as these today.
create function same_people(p_clients uuid[]) returns uuid[] language sql stable
begin atomic
    with persons as (
        select distinct coalesce(a.person, c.client) as person
          from unnest(p_clients) as c(client)
          left join alias a on a.record = c.client and a.until = 'infinity'
    )
    select coalesce(array_agg(client), '{}')
      from (select person as client from persons
             union
            select a.record from alias a join persons p on p.person = a.person where a.until = 'infinity') as everybody;
end;

-- Whether a person of several records counts: all of them allow statistics, or the surviving one was asked again since. A
-- duplicate that was forgotten says what it said last.
create function counts_as_one(p_person uuid) returns boolean language sql stable
begin atomic
    select coalesce(r.consent_id is not null, false)
           and not exists (
               select from alias a
                 left join consent_state m on m.client = a.record
                where a.person = p_person and a.until = 'infinity' and m.consent_id is null
                  and m.agreed is not true and (r.asked_at is null or r.asked_at < a.since))
      from (select p_person as client) p
      left join consent_state r on r.client = p.client;
end;

-- Bring the facts of some clients to what consents and versions now say. Used wherever the past changes: corrections,
-- voids, a later consent, a fact that came before its person. New facts of known people don't pass here.
create function settle(p_clients uuid[]) returns void language plpgsql
set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare
    v_merged boolean := exists (select from alias);
begin
    if v_merged then
        p_clients := same_people(p_clients);
    end if;
    insert into fact (kind, stream, event_id, part, seq, client, centre, date, precision, recorded_at, counted,
                      sex, birth_month, age, area, nat, edu, isco, types, c1, c2)
    select 'registration', s.client, s.event_id, 0, 1, s.client, s.centre, s.registered_on, 'D', s.recorded_at, true,
           v.sex, v.birth_month, age_at(v.birth_month, v.age_told, s.registered_on), v.area, v.nat, v.edu, v.isco, v.types,
           s.channel, v.town
      from consent_state s
     cross join lateral in_force(s.client, s.registered_on) v
     where s.client = any (p_clients) and s.consent_id is not null
        on conflict do nothing;

    update fact f
       set counted = w.counted, person = w.person, sex = w.sex, birth_month = w.birth_month, age = w.age, area = w.area,
           nat = w.nat, edu = w.edu, isco = w.isco, types = w.types, c2 = w.c2
      from (
        select e.kind, e.stream, e.event_id, e.part,
               e.voided_at is null and s.consent_id is not null and v.client is not null
               and (e.kind = 'registration' or e.recorded_at >= s.consent_from)
               and not exists (
                   select from fact b
                    where e.kind in ('transit', 'return') and b.kind = e.kind and b.stream = e.stream and b.item = e.item and b.seq < e.seq
                      and b.voided_at is null and b.recorded_at >= s.consent_from)
               -- Of several records of one person: whether all allow it, and the earliest registration.
               and (not v_merged
                    or counts_as_one(coalesce(al.person, e.client))
                       and (e.kind <> 'registration'
                            or not exists (
                                select from fact_registration b
                                 where b.stream = any (same_people(array[e.client]))
                                   and (b.date, b.stream) < (e.date, e.stream)))) as counted,
               al.person,
               coalesce(v.sex, '_U') as sex, v.birth_month,
               coalesce(age_at(v.birth_month, v.age_told, e.date), '_U') as age,
               coalesce(v.area, '_U') as area, coalesce(v.nat, '_U') as nat, coalesce(v.edu, '_U') as edu,
               -- The only attribute that a fact of ours may bring itself: the occupation of a departure.
               case when e.kind = 'departure' then coalesce(e.c6, v.isco, '_U') else coalesce(v.isco, '_U') end as isco,
               coalesce(v.types, '_U') as types,
               case when e.kind = 'registration' then coalesce(v.town, '_U') else e.c2 end as c2
          from facts_of(p_clients) e
          join consent_state s on s.client = e.client
          left join alias al on al.record = e.client and al.until = 'infinity'
          left join lateral in_force(coalesce(al.person, e.client), e.date) v on true
      ) w
     where f.kind = w.kind and f.stream = w.stream and f.event_id = w.event_id and f.part = w.part
       and (f.counted, f.person, f.sex, f.birth_month, f.age, f.area, f.nat, f.edu, f.isco, f.types, f.c2)
           is distinct from (w.counted, w.person, w.sex, w.birth_month, w.age, w.area, w.nat, w.edu, w.isco, w.types, w.c2);

    delete from waiting w
     using consent_state s
     where w.client = any (p_clients) and s.client = w.client and s.consent_id is not null;
end $$;
