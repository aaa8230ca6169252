-- What readers may ask. Views, because a reader has no rights on this schema and finds no function here. Views of the owner:
-- whom a fact is of and whether it counts follows from the rows of all centres. What comes out is of the centres in reach;
-- the worker says that it wants all.
create view counting as
select f.*, a11_of(f.age) as a11, a5_of(f.age) as a5, a2_of(f.age) as a2
  from fact f
 where f.counted and ((select reach_whole()) or f.centre = any ((select reach_centres())::text[]));

-- Which records stood for whom at the instant of the question.
create view alias_then as
select * from alias where since <= (select known_at from asked) and until > (select known_at from asked);

-- Facts as they were known at the instant of the question (`asked`): recorded, not yet voided, each with every version that
-- described its person then. Whoever asks picks the version of the fact's day. People forgotten since are in no row.
create view known_then as
select f.client, f.voided_at, f.kind, f.stream, f.event_id, f.part, f.seq, f.item, f.centre, f.date, f.precision, f.period, whose.person, v.version,
       v.effective_from, who.sex, a11_of(who.age) as a11, a5_of(who.age) as a5, a2_of(who.age) as a2, who.age, who.area, who.nat, who.edu,
       who.isco, who.types, f.c1, case when f.kind = 'registration' then v.town else f.c2 end as c2, f.c3, f.c4, f.c5, f.c6, f.qty
  from fact f
  left join consent_state s on s.client = f.client
  -- Whose person the record was then: its own, or that of another while it was merged.
  left join lateral (
    select f.client as person
     where not exists (select from alias_then a where a.record = f.client)
     union all
    select a.person from alias_then a where a.record = f.client
 ) whose on f.client is not null
  left join person_version v on v.client = whose.person and v.effective_from <= f.date
 cross join lateral (
    select v.sex, age_at(v.birth_month, v.age_told, f.date) as age, v.area, v.nat, v.edu,
           case when f.kind = 'departure' then coalesce(f.c6, v.isco) else v.isco end as isco, v.types
     where f.client is not null
     union all
    select f.sex, f.age, f.area, f.nat, f.edu, f.isco, f.types where f.client is null
 ) who
 where f.kind <> 'answer'
   and ((select reach_whole()) or f.centre = any ((select reach_centres())::text[]))
   and f.recorded_at <= (select known_at from asked) and (f.voided_at is null or f.voided_at > (select known_at from asked))
   and (f.client is null
        or v.client is not null and s.consent_id is not null
           and (f.kind = 'registration' or f.recorded_at >= s.consent_from)
           and v.recorded_at <= (select known_at from asked)
           and (v.superseded_at is null or v.superseded_at > (select known_at from asked))
           -- All records of the person allow it, or did when they were forgotten.
           and not exists (
               select from alias_then a
                 left join consent_state m on m.client = a.record
                 left join consent_state r on r.client = a.person
                where a.person = whose.person
                  and (r.consent_id is null
                       or m.consent_id is null and m.agreed is not true and (r.asked_at is null or r.asked_at < a.since))));

-- Of whom an answer as of that instant may differ from one of today: their versions or their facts changed since, or they have
-- several records.
create view stirred as
select v.client from person_version v
 where v.recorded_at > (select known_at from asked) or v.superseded_at > (select known_at from asked)
 union all
select a.record from alias a
 union all
select a.person from alias a
 union all
select f.client from fact f where f.voided_at > (select known_at from asked) and f.client is not null;

-- The facts of `known_then` in two parts. Of nearly everybody nothing has changed since: what counts today, and was recorded by
-- then, counted then, as it is described today. That is read at once, by several processes, and never sorted.
create view steady_then as
select f.kind, f.centre, f.date, f.precision, f.period, f.client as person, f.sex, a11_of(f.age) as a11, a5_of(f.age) as a5,
       a2_of(f.age) as a2, f.age, f.area, f.nat, f.edu, f.isco, f.types, f.c1, f.c2, f.c3, f.c4, f.c5, f.c6, f.qty
  from fact f
 where f.counted and f.recorded_at <= (select known_at from asked)
   and ((select reach_whole()) or f.centre = any ((select reach_centres())::text[]))
   and not exists (select from stirred s where s.client = f.client);

-- All others, found by the index that each kind has. As arrays: no planner knows how few they are. Of several facts of one item
-- the first, and of several registrations of one person the earliest, whichever centre it is of, asked or in reach or not.
create view stirred_then as
select k.*
  from (
    select k.* from known_then k where k.kind = any (own_kinds()) and k.stream = any (array(select s.client from stirred s))
     union all
    select k.* from known_then k where k.kind = any (kinds_of_clients()) and k.client = any (array(select s.client from stirred s))
     union all
    select k.* from known_then k where k.client is null and k.voided_at > (select known_at from asked)
 ) k
 where not exists (
        select from fact b
          join consent_state s on s.client = b.client
         where k.kind in ('transit', 'return') and b.kind = k.kind and b.stream = k.stream and b.item = k.item and b.seq < k.seq
           and b.recorded_at between s.consent_from and (select known_at from asked)
           and (b.voided_at is null or b.voided_at > (select known_at from asked)))
   and not exists (
        select from fact_registration b
         where k.kind = 'registration' and (b.date, b.stream) < (k.date, k.stream) and b.recorded_at <= (select known_at from asked)
           and b.stream in (select a.record from alias_then a where a.person = k.person union all select k.person));

-- Centres of which somebody was forgotten, and when: an answer as of an earlier instant says that it lacks people.
create view forgotten as
select s.centre, s.forgotten_at
  from consent_state s
 where s.forgotten_at is not null and ((select reach_whole()) or s.centre = any ((select reach_centres())::text[]));

-- One row for each referral that counts, with the instant of every answer that stands.
create view referral_state as
select f.*, a.acknowledged_at, a.accepted_at, a.declined_at, a.declined_for, a.delivered_at, a.withdrawn_at
  from counting f
 cross join lateral (
    select min(a.done) filter (where a.c1 = 'ACKNOWLEDGED') as acknowledged_at,
           min(a.done) filter (where a.c1 = 'ACCEPTED') as accepted_at,
           min(a.done) filter (where a.c1 = 'DECLINED') as declined_at,
           min(a.c2) filter (where a.c1 = 'DECLINED') as declined_for,
           min(a.done) filter (where a.c1 = 'DELIVERED') as delivered_at,
           min(a.done) filter (where a.c1 = 'WITHDRAWN') as withdrawn_at
      from fact a
     where a.kind = 'answer' and a.stream = f.stream and a.voided_at is null
 ) a
 where f.kind = 'referral';
