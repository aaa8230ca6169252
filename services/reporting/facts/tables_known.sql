-- What a question is asked with, beyond what a view can be given: set for the length of a transaction by who asks.
-- known_at: only what was recorded until then, and has not been taken back since; first, last: the period, for what is
-- judged at its end; rates: pesos for one unit of a currency in a month, by `<YYYY-MM> <currency>`.
create view asked as
select coalesce(nullif(current_setting('gabay.known_at', true), '')::timestamptz, 'infinity') as known_at,
       coalesce(nullif(current_setting('gabay.first', true), '')::date, '-infinity') as first,
       coalesce(nullif(current_setting('gabay.last', true), '')::date, 'infinity') as last,
       nullif(current_setting('gabay.rates', true), '')::jsonb as rates;

-- Facts that stand. Only those that are `counted` are anybody's part in a figure; the others say what became of one.
create view known as
select f.* from fact f where f.voided_at is null and f.recorded_at <= (select a.known_at from asked a);

-- Stays with the day on which they ended.
create view stay_known as
select s as f, s.*, e.date as left_on, e.qty as nights
  from known s
  left join lateral (
    select e.date, e.qty from known e where e.kind = 'stay-end' and e.stream = s.stream order by e.seq desc limit 1
 ) e on true
 where s.kind = 'stay';
