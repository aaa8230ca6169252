-- What readers may ask. Views, because a reader has no rights on this schema and finds no function here.
create view counting as
select f.*, a11_of(f.age) as a11, a5_of(f.age) as a5, a2_of(f.age) as a2
  from fact f
 where f.counted;

-- Each fact with each version that ever described its person at that date: an answer as of an earlier day picks what was
-- known then. People forgotten since are in no row.
create view as_known as
select f.kind, f.stream, f.event_id, f.part, f.seq, f.item, f.client, f.centre, f.date, f.precision, f.period,
       whose.person, whose.since, whose.until, f.recorded_at, f.voided_at, v.version, v.effective_from, v.recorded_at as described_at, v.superseded_at,
       who.sex, a11_of(who.age) as a11, a5_of(who.age) as a5, a2_of(who.age) as a2, who.age, who.area, who.nat, who.edu,
       who.isco, who.types, f.c1, case when f.kind = 'registration' then v.town else f.c2 end as c2, f.c3, f.c4, f.c5, f.c6, f.qty
  from fact f
  left join consent_state s on s.client = f.client
  -- Each record stands for itself, and for the person of another while it was merged: of these an answer picks what was known.
  left join lateral (
    select f.client as person, null::timestamptz as since, null::timestamptz as until
     union all
    select a.person, a.since, a.until from alias a where a.record = f.client
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
   and (f.client is null
        or v.client is not null and s.consent_id is not null
           and (f.kind = 'registration' or f.recorded_at >= s.consent_from));

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
