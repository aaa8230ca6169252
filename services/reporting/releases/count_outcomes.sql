-- G2 of the disclosure gate: every cell of a table with its margins, of persons in the view `outcome`. Worker only.
-- Parameters as in count_facts.sql, $8 always person; $27 whether of each person only the latest in the period counts; $28 types.
  with f as (
    select o.*, rank() over (partition by o.client order by o.date desc, o.recorded_at desc, o.seq desc) as place_in_time
      from facts.outcome o
     where o.asked = $1 and o.centre = any ($5::text[]) and o.date between $2::date and $3::date and o.precision = any ($4::text[])
       and o.recorded_at <= $7::timestamptz and o.client is not null
       and ($28::text[] is null or string_to_array(o.types, ' ') && $28)
), said as (
    select f.client as unit, 0 as part, f.client as who, 1 as n, to_jsonb(f) || jsonb_build_object('site', place.site) as row
      from f
      join unnest($5::text[], $6::text[]) as place(centre, site) on place.centre = f.centre
     where (not $27::boolean or f.place_in_time = 1)
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
