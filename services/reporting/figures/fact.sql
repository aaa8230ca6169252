-- Facts by any of their dimensions, one by one: what no roll-up covers.
-- $1 kind; $2, $3 days; $4 precisions of date that count in what is asked; $5, $6 centres and their sites; $7 the column
-- with several codes that is divided by, if any; $8, $9, $10 what to divide by, null for nothing; $11 whether to count
-- persons; $12 to $24 codes by column, null for all.
select coalesce(d.d1, '_U') as d1, coalesce(d.d2, '_U') as d2, coalesce(d.d3, '_U') as d3, count(*) as n, sum(f.qty) as qty,
       count(distinct case when $11::boolean then coalesce(f.person, f.client) end) as persons
  from facts.counting f
  join unnest($5::text[], $6::text[]) as place(centre, site) on place.centre = f.centre
  left join lateral unnest(string_to_array(case $7::text when 'types' then f.types when 'c2' then f.c2 end, ' ')) as one(code) on true
 cross join lateral (
    select case $8::text when 'month' then f.period::text
                when 'quarter' then (f.period / 100 * 10 + (f.period % 100 + 2) / 3)::text when 'year' then (f.period / 100)::text
                when 'site' then place.site when 'many' then one.code
                when 'centre' then f.centre when 'sex' then f.sex when 'a11' then f.a11 when 'a5' then f.a5
                when 'a2' then f.a2 when 'age' then f.age when 'area' then f.area when 'nat' then f.nat when 'edu' then f.edu
                when 'isco' then f.isco when 'c1' then f.c1 when 'c2' then f.c2 when 'c3' then f.c3 when 'c4' then f.c4
                when 'c5' then f.c5 when 'c6' then f.c6 end as d1,
           case $9::text when 'month' then f.period::text
                when 'quarter' then (f.period / 100 * 10 + (f.period % 100 + 2) / 3)::text when 'year' then (f.period / 100)::text
                when 'site' then place.site when 'many' then one.code
                when 'centre' then f.centre when 'sex' then f.sex when 'a11' then f.a11 when 'a5' then f.a5
                when 'a2' then f.a2 when 'age' then f.age when 'area' then f.area when 'nat' then f.nat when 'edu' then f.edu
                when 'isco' then f.isco when 'c1' then f.c1 when 'c2' then f.c2 when 'c3' then f.c3 when 'c4' then f.c4
                when 'c5' then f.c5 when 'c6' then f.c6 end as d2,
           case $10::text when 'month' then f.period::text
                when 'quarter' then (f.period / 100 * 10 + (f.period % 100 + 2) / 3)::text when 'year' then (f.period / 100)::text
                when 'site' then place.site when 'many' then one.code
                when 'centre' then f.centre when 'sex' then f.sex when 'a11' then f.a11 when 'a5' then f.a5
                when 'a2' then f.a2 when 'age' then f.age when 'area' then f.area when 'nat' then f.nat when 'edu' then f.edu
                when 'isco' then f.isco when 'c1' then f.c1 when 'c2' then f.c2 when 'c3' then f.c3 when 'c4' then f.c4
                when 'c5' then f.c5 when 'c6' then f.c6 end as d3
 ) d
 where f.kind = $1 and f.date between $2::date and $3::date and f.precision = any ($4::text[])
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
 group by 1, 2, 3;
