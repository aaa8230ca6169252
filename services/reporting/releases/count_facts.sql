-- G2 of the disclosure gate: every cell of a table with its margins, of facts as they were known at the cut-off. Worker only.
-- $1 kind; $2, $3 days; $4 precisions of date that count; $5, $6 centres and their sites; $7 the cut-off; $8 what is counted
-- (person, fact, group); $9, $10 blocks of the keyed hash; $11 its kind as bytes; $12 to $15 columns, null for none; $16 to
-- $19 codes of each; $20 code of the rest by column; $21 column with several codes; $22 to $26 codes of c1 to c4 and isco.
  with described as (
    select distinct on (f.stream, f.event_id, f.part) f.*
      from facts.as_known f
     where f.kind = $1 and f.centre = any ($5::text[])
       and f.recorded_at <= $7::timestamptz and (f.voided_at is null or f.voided_at > $7)
       and (f.client is null
            or f.described_at <= $7 and (f.superseded_at is null or f.superseded_at > $7)
               -- Whose person the record was then, and whether all records of that person allow it.
               and case when f.since is null
                        then not exists (select from facts.alias a where a.record = f.client and a.since <= $7 and a.until > $7)
                        else f.since <= $7 and f.until > $7 end
               and not exists (
                   select from facts.alias a
                     left join facts.consent_state m on m.client = a.record
                     left join facts.consent_state r on r.client = a.person
                    where a.person = f.person and a.since <= $7 and a.until > $7
                      and (r.consent_id is null or m.consent_id is null and (r.asked_at is null or r.asked_at < a.since))))
     order by f.stream, f.event_id, f.part, f.effective_from desc, f.version desc
), f as (
    -- Of several registrations of one person the earliest.
    select distinct on (own, coalesce(item, one), part) *
      from (select described.*, case kind when 'registration' then person else stream end as own,
                   case kind when 'registration' then person else event_id end as one
              from described) d
     order by own, coalesce(item, one), part, case kind when 'registration' then date end, stream, seq
), said as (
    select case $8::text when 'person' then f.person else f.event_id end as unit, case $8 when 'group' then f.part else 0 end as part,
           coalesce(f.person, f.event_id) as who, case $8 when 'group' then f.qty else 1 end as n,
           to_jsonb(f) || jsonb_build_object('site', place.site) as row
      from f
      join unnest($5::text[], $6::text[]) as place(centre, site) on place.centre = f.centre
     where f.date between $2::date and $3::date and f.precision = any ($4::text[])
       and ($8 <> 'person' or f.client is not null)
       and ($22::text[] is null or f.c1 = any ($22))
       and ($23::text[] is null or f.c2 = any ($23))
       and ($24::text[] is null or f.c3 = any ($24))
       and ($25::text[] is null or f.c4 = any ($25))
       and ($26::text[] is null or f.isco = any ($26))
), once as (
    select one.code as d1, two.code as d2, three.code as d3, four.code as d4, s.unit, s.part, s.who, max(s.n) as n
      from said s
     cross join lateral unnest(array['_T'] || case when $12::text is not null then array(
        select distinct case when v = any ($16::text[]) then v else ($20::text[])[1] end
          from unnest(case when $12 = $21::text then string_to_array(s.row ->> $12, ' ') else array[s.row ->> $12] end) v) end) as one(code)
     cross join lateral unnest(array['_T'] || case when $13::text is not null then array(
        select distinct case when v = any ($17::text[]) then v else ($20::text[])[2] end
          from unnest(case when $13 = $21 then string_to_array(s.row ->> $13, ' ') else array[s.row ->> $13] end) v) end) as two(code)
     cross join lateral unnest(array['_T'] || case when $14::text is not null then array(
        select distinct case when v = any ($18::text[]) then v else ($20::text[])[3] end
          from unnest(case when $14 = $21 then string_to_array(s.row ->> $14, ' ') else array[s.row ->> $14] end) v) end) as three(code)
     cross join lateral unnest(array['_T'] || case when $15::text is not null then array(
        select distinct case when v = any ($19::text[]) then v else ($20::text[])[4] end
          from unnest(case when $15 = $21 then string_to_array(s.row ->> $15, ' ') else array[s.row ->> $15] end) v) end) as four(code)
     group by 1, 2, 3, 4, 5, 6, 7
), keyed as (
    select u.unit, u.part,
           sha256($10::bytea || sha256($9::bytea || $11::bytea || uuid_send(u.unit) || case $8 when 'group' then int4send(u.part) else ''::bytea end)) as h
      from (select distinct unit, part from said) u
)
select o.d1, o.d2, o.d3, o.d4, sum(o.n)::bigint as n,
       case $8 when 'group' then sum(o.n)::bigint else count(distinct o.who) end as contributors,
       sum(((get_byte(k.h, 0) & 127) << 24) | (get_byte(k.h, 1) << 16) | (get_byte(k.h, 2) << 8) | get_byte(k.h, 3))::bigint as ksum
  from once o
  join keyed k on k.unit = o.unit and k.part = o.part
 group by 1, 2, 3, 4;
