-- G2 of the disclosure gate: every cell of a table with its margins, out of facts as they were known at the cut-off or out of
-- what became of them (the view `outcome`). Worker only.
-- $1 kind of facts, or question; $2, $3 days; $4 precisions of date that count; $5, $6 centres and their sites; $7 the cut-off;
-- $8 what is counted (person, household, fact, row of a fact, group); $9, $10 blocks of the keyed hash; $11 its kind as bytes;
-- $12 columns, null for none; $13 to $16 codes of each; $17 code of the rest by column; $18 codes that items must have, by
-- column; $19 whether $1 is a question; $20 whether of each person only the latest item in the period counts; $21 whether values
-- are asked for.
  with described as (
    select distinct on (f.stream, f.event_id, f.part) f.*
      from facts.known_then f
     where not $19::boolean and f.kind = $1
     order by f.stream, f.event_id, f.part, f.effective_from desc, f.version desc
), fact as (
    -- Of several registrations of one person the earliest.
    select distinct on (own, coalesce(first_of, one), part) *
      from (select described.*, case kind when 'registration' then person else stream end as own,
                   case kind when 'registration' then person else event_id end as one,
                   case when kind in ('transit', 'return') then item end as first_of
              from described) d
     order by own, coalesce(first_of, one), part, case kind when 'registration' then date end, stream, seq
), asked as (
    select o.*, rank() over (partition by o.client order by o.date desc, o.recorded_at desc, o.seq desc) as place_in_time
      from facts.outcome o
     where $19 and o.asked = $1 and o.centre = any ($5) and o.date between $2::date and $3::date and o.precision = any ($4::text[])
       and o.recorded_at <= $7
), item as (
    select f.person as who, f.event_id, f.part, f.centre, f.qty as value, to_jsonb(f) as row
      from fact f
     where f.date between $2 and $3 and f.precision = any ($4)
     union all
    select o.client, o.event_id, o.part, o.centre, o.value, to_jsonb(o)
      from asked o
     where not $20::boolean or o.place_in_time = 1
), said as (
    select case when $8::text in ('person', 'household') then i.who else i.event_id end as unit,
           case when $8 in ('group', 'row') then i.part else 0 end as part, coalesce(i.who, i.event_id) as who,
           case $8 when 'group' then i.value else 1 end as n, i.value, i.row || jsonb_build_object('site', place.site) as row
      from item i
      join unnest($5, $6::text[]) as place(centre, site) on place.centre = i.centre
     where ($8 not in ('person', 'household') or i.who is not null)
       and (not $21::boolean or i.value is not null)
       and not exists (
           select from jsonb_each($18::jsonb) as must(name, codes)
            where not coalesce(must.codes ?| string_to_array(i.row ->> must.name, ' '), false))
), once as (
    select one.code as d1, two.code as d2, three.code as d3, four.code as d4, s.unit, s.part, s.who, max(s.n) as n,
           sum(s.value) as value
      from said s
     cross join lateral unnest(array['_T'] || case when ($12::text[])[1] is not null then array(
        select distinct case when v = any ($13::text[]) then v else ($17::text[])[1] end
          from unnest(string_to_array(coalesce(s.row ->> $12[1], '_U'), ' ')) v) end) as one(code)
     cross join lateral unnest(array['_T'] || case when $12[2] is not null then array(
        select distinct case when v = any ($14::text[]) then v else $17[2] end
          from unnest(string_to_array(coalesce(s.row ->> $12[2], '_U'), ' ')) v) end) as two(code)
     cross join lateral unnest(array['_T'] || case when $12[3] is not null then array(
        select distinct case when v = any ($15::text[]) then v else $17[3] end
          from unnest(string_to_array(coalesce(s.row ->> $12[3], '_U'), ' ')) v) end) as three(code)
     cross join lateral unnest(array['_T'] || case when $12[4] is not null then array(
        select distinct case when v = any ($16::text[]) then v else $17[4] end
          from unnest(string_to_array(coalesce(s.row ->> $12[4], '_U'), ' ')) v) end) as four(code)
     group by 1, 2, 3, 4, 5, 6, 7
), keyed as (
    select u.unit, u.part,
           sha256($10::bytea || sha256($9::bytea || $11::bytea || uuid_send(u.unit)
                                       || case when $8 in ('group', 'row') then int4send(u.part) else ''::bytea end)) as h
      from (select distinct unit, part from said) u
)
select o.d1, o.d2, o.d3, o.d4, sum(o.n)::bigint as n,
       case $8 when 'group' then sum(o.n)::bigint else count(distinct o.who) end as contributors,
       sum(((get_byte(k.h, 0) & 127) << 24) | (get_byte(k.h, 1) << 16) | (get_byte(k.h, 2) << 8) | get_byte(k.h, 3))::bigint as ksum,
       case when $21 then array_agg(o.value::float8 order by o.value) end as parts
  from once o
  join keyed k on k.unit = o.unit and k.part = o.part
 group by 1, 2, 3, 4;
