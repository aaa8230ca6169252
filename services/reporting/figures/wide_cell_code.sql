-- Facts by one code beside time, place, sex and adult or child, from the roll-up of that code.
-- $1 kind; $2, $3 months; $4 whether facts count of which only the year is known; $5, $6 centres and their sites;
-- $7 sex; $8 adult or child; $9, $10, $11 what to divide by, null for nothing; $12 column of the code; $13 its codes.
select d.d1, d.d2, d.d3, sum(c.n)::bigint as n, sum(c.qty) as qty
  from facts.cell_code c
  join unnest($5::text[], $6::text[]) as place(centre, site) on place.centre = c.centre
 cross join lateral (
    select case $9::text when 'month' then c.period::text when 'quarter' then (c.period / 100 * 10 + (c.period % 100 + 2) / 3)::text
                when 'year' then (c.period / 100)::text when 'centre' then c.centre when 'site' then place.site
                when 'sex' then c.sex when 'a2' then c.a2 when 'code' then c.code end as d1,
           case $10::text when 'month' then c.period::text when 'quarter' then (c.period / 100 * 10 + (c.period % 100 + 2) / 3)::text
                when 'year' then (c.period / 100)::text when 'centre' then c.centre when 'site' then place.site
                when 'sex' then c.sex when 'a2' then c.a2 when 'code' then c.code end as d2,
           case $11::text when 'month' then c.period::text when 'quarter' then (c.period / 100 * 10 + (c.period % 100 + 2) / 3)::text
                when 'year' then (c.period / 100)::text when 'centre' then c.centre when 'site' then place.site
                when 'sex' then c.sex when 'a2' then c.a2 when 'code' then c.code end as d3
 ) d
 where c.kind = $1 and c.dim = $12 and c.centre = any ($5) and c.period between $2::integer and $3::integer
   and ($4::boolean or c.period % 100 > 0)
   and ($7::text[] is null or c.sex = any ($7))
   and ($8::text[] is null or c.a2 = any ($8))
   and ($13::text[] is null or c.code = any ($13))
 group by 1, 2, 3;
