-- Facts as they were known at the instant with which the question began (`ask_of`), described as they were described then. No
-- roll-up remembers what was. Of several facts of one item the first that was known counts.
-- $1 kind; $2, $3 days; $4 precisions of date that count in what is asked; $5, $6 centres and their sites; $7 the column
-- with several codes that is divided by, if any; $8, $9, $10 what to divide by, null for nothing; $11 whether to count
-- persons; $12 to $24 codes by column, null for all.
  with described as (
    select distinct on (f.stream, f.event_id, f.part) f.*
      from facts.stirred_then f
     where f.kind = $1
     order by f.stream, f.event_id, f.part, f.effective_from desc, f.version desc
), stirred as (
    -- Of several registrations of one person the earliest.
    select distinct on (own, coalesce(first_of, one), part) *
      from (select described.*, case kind when 'registration' then person else stream end as own,
                   case kind when 'registration' then person else event_id end as one,
                   case when kind in ('transit', 'return') then item end as first_of
              from described) d
     order by own, coalesce(first_of, one), part, case kind when 'registration' then date end, stream, seq
), g as (
    -- By what rows hold, and by person where persons are counted: this several processes do together, which they could not with a
    -- count of distinct ones, nor over both parts at once. What is a text or a list of codes for the reader becomes so behind it.
    select case $8::text when 'centre' then f.centre when 'sex' then f.sex when 'a11' then f.a11 when 'a5' then f.a5
                when 'a2' then f.a2 when 'age' then f.age when 'area' then f.area when 'nat' then f.nat when 'edu' then f.edu
                when 'isco' then f.isco when 'c1' then f.c1 when 'c2' then f.c2 when 'c3' then f.c3 when 'c4' then f.c4
                when 'c5' then f.c5 when 'c6' then f.c6 end as d1,
           case $9::text when 'centre' then f.centre when 'sex' then f.sex when 'a11' then f.a11 when 'a5' then f.a5
                when 'a2' then f.a2 when 'age' then f.age when 'area' then f.area when 'nat' then f.nat when 'edu' then f.edu
                when 'isco' then f.isco when 'c1' then f.c1 when 'c2' then f.c2 when 'c3' then f.c3 when 'c4' then f.c4
                when 'c5' then f.c5 when 'c6' then f.c6 end as d2,
           case $10::text when 'centre' then f.centre when 'sex' then f.sex when 'a11' then f.a11 when 'a5' then f.a5
                when 'a2' then f.a2 when 'age' then f.age when 'area' then f.area when 'nat' then f.nat when 'edu' then f.edu
                when 'isco' then f.isco when 'c1' then f.c1 when 'c2' then f.c2 when 'c3' then f.c3 when 'c4' then f.c4
                when 'c5' then f.c5 when 'c6' then f.c6 end as d3,
           case when 'month' in ($8, $9, $10) or 'quarter' in ($8, $9, $10) or 'year' in ($8, $9, $10) then f.period end as period,
           case when 'site' in ($8, $9, $10) then f.centre end as centre,
           case $7::text when 'types' then f.types when 'c2' then f.c2 end as codes,
           case when $11::boolean then f.person end as person, count(*) as n, sum(f.qty) as qty
      from facts.steady_then f
     where f.kind = $1 and f.date between $2::date and $3::date and f.precision = any ($4::text[]) and f.centre = any ($5::text[])
   and ($12::text[] is null or f.sex = any ($12))
   and ($13::text[] is null or f.age = any ($13))
   and ($14::text[] is null or f.area = any ($14))
   and ($15::text[] is null or f.nat = any ($15))
   and ($16::text[] is null or f.edu = any ($16))
   and ($17::text[] is null or f.isco = any ($17))
   and ($18::text[] is null or string_to_array(f.types, ' ') && $18)
   and ($19::text[] is null or f.c1 = any ($19))
   and ($20::text[] is null or string_to_array(f.c2, ' ') && $20)
   and ($21::text[] is null or f.c3 = any ($21))
   and ($22::text[] is null or f.c4 = any ($22))
   and ($23::text[] is null or f.c5 = any ($23))
   and ($24::text[] is null or f.c6 = any ($24))
     group by 1, 2, 3, 4, 5, 6, 7
     union all
    select case $8::text when 'centre' then f.centre when 'sex' then f.sex when 'a11' then f.a11 when 'a5' then f.a5
                when 'a2' then f.a2 when 'age' then f.age when 'area' then f.area when 'nat' then f.nat when 'edu' then f.edu
                when 'isco' then f.isco when 'c1' then f.c1 when 'c2' then f.c2 when 'c3' then f.c3 when 'c4' then f.c4
                when 'c5' then f.c5 when 'c6' then f.c6 end as d1,
           case $9::text when 'centre' then f.centre when 'sex' then f.sex when 'a11' then f.a11 when 'a5' then f.a5
                when 'a2' then f.a2 when 'age' then f.age when 'area' then f.area when 'nat' then f.nat when 'edu' then f.edu
                when 'isco' then f.isco when 'c1' then f.c1 when 'c2' then f.c2 when 'c3' then f.c3 when 'c4' then f.c4
                when 'c5' then f.c5 when 'c6' then f.c6 end as d2,
           case $10::text when 'centre' then f.centre when 'sex' then f.sex when 'a11' then f.a11 when 'a5' then f.a5
                when 'a2' then f.a2 when 'age' then f.age when 'area' then f.area when 'nat' then f.nat when 'edu' then f.edu
                when 'isco' then f.isco when 'c1' then f.c1 when 'c2' then f.c2 when 'c3' then f.c3 when 'c4' then f.c4
                when 'c5' then f.c5 when 'c6' then f.c6 end as d3,
           case when 'month' in ($8, $9, $10) or 'quarter' in ($8, $9, $10) or 'year' in ($8, $9, $10) then f.period end as period,
           case when 'site' in ($8, $9, $10) then f.centre end as centre,
           case $7::text when 'types' then f.types when 'c2' then f.c2 end as codes,
           case when $11::boolean then f.person end as person, count(*) as n, sum(f.qty) as qty
      from stirred f
     where f.kind = $1 and f.date between $2::date and $3::date and f.precision = any ($4::text[]) and f.centre = any ($5::text[])
   and ($12::text[] is null or f.sex = any ($12))
   and ($13::text[] is null or f.age = any ($13))
   and ($14::text[] is null or f.area = any ($14))
   and ($15::text[] is null or f.nat = any ($15))
   and ($16::text[] is null or f.edu = any ($16))
   and ($17::text[] is null or f.isco = any ($17))
   and ($18::text[] is null or string_to_array(f.types, ' ') && $18)
   and ($19::text[] is null or f.c1 = any ($19))
   and ($20::text[] is null or string_to_array(f.c2, ' ') && $20)
   and ($21::text[] is null or f.c3 = any ($21))
   and ($22::text[] is null or f.c4 = any ($22))
   and ($23::text[] is null or f.c5 = any ($23))
   and ($24::text[] is null or f.c6 = any ($24))
     group by 1, 2, 3, 4, 5, 6, 7
)
select coalesce(case $8::text when 'month' then g.period::text
                     when 'quarter' then (g.period / 100 * 10 + (g.period % 100 + 2) / 3)::text when 'year' then (g.period / 100)::text
                     when 'site' then place.site when 'many' then one.code else g.d1 end, '_U') as d1,
       coalesce(case $9::text when 'month' then g.period::text
                     when 'quarter' then (g.period / 100 * 10 + (g.period % 100 + 2) / 3)::text when 'year' then (g.period / 100)::text
                     when 'site' then place.site when 'many' then one.code else g.d2 end, '_U') as d2,
       coalesce(case $10::text when 'month' then g.period::text
                     when 'quarter' then (g.period / 100 * 10 + (g.period % 100 + 2) / 3)::text when 'year' then (g.period / 100)::text
                     when 'site' then place.site when 'many' then one.code else g.d3 end, '_U') as d3,
       sum(g.n)::bigint as n, sum(g.qty) as qty, count(distinct g.person) as persons
  from g
  left join unnest($5::text[], $6::text[]) as place(centre, site) on place.centre = g.centre
  left join lateral unnest(string_to_array(g.codes, ' ')) as one(code) on true
 group by 1, 2, 3;
