-- What became of things (the view `outcome`): how many, how many of them well, how many persons, middle and sum of values.
-- $1 asked; $2, $3 days; $4 precisions of date that count in what is asked; $5, $6 centres and their sites; $7 the column
-- with several codes that is divided by, if any; $8, $9, $10 what to divide by, null for nothing; $11 whether of each
-- person only the latest in the period counts; $12 to $22 codes by column, null for all.
  with f as (
    select o.*, place.site, one.code as many, o.period::text as month,
           (o.period / 100 * 10 + (o.period % 100 + 2) / 3)::text as quarter, (o.period / 100)::text as year
      from facts.outcome o
      join unnest($5::text[], $6::text[]) as place(centre, site) on place.centre = o.centre
      left join lateral unnest(string_to_array(case $7::text when 'types' then o.types when 'c2' then o.c2 end, ' ')) as one(code) on true
     where o.asked = $1 and o.date between $2::date and $3::date and o.precision = any ($4::text[])
       and ($12::text[] is null or o.sex = any ($12))
       and ($13::text[] is null or o.age = any ($13))
       and ($14::text[] is null or o.area = any ($14))
       and ($15::text[] is null or o.nat = any ($15))
       and ($16::text[] is null or o.edu = any ($16))
       and ($17::text[] is null or o.isco = any ($17))
       and ($18::text[] is null or string_to_array(o.types, ' ') && $18)
       and ($19::text[] is null or o.c1 = any ($19))
       and ($20::text[] is null or string_to_array(o.c2, ' ') && $20)
       and ($21::text[] is null or o.c3 = any ($21))
       and ($22::text[] is null or o.c4 = any ($22))
), ranked as (
    select f.*,
           case when $11::boolean then rank() over (
               partition by f.client, case when 'month' in ($8, $9, $10) then f.month when 'quarter' in ($8, $9, $10) then f.quarter
                                           when 'year' in ($8, $9, $10) then f.year end
                   order by f.date desc, f.recorded_at desc, f.seq desc) else 1 end as place_in_time
      from f
)
select coalesce(d.row ->> $8::text, '_U') as d1, coalesce(d.row ->> $9::text, '_U') as d2, coalesce(d.row ->> $10::text, '_U') as d3,
       count(*) as n, count(*) filter (where r.good) as good,
       count(distinct r.client) as persons, count(distinct r.client) filter (where r.good) as good_persons,
       percentile_cont(0.5) within group (order by r.value::float8) as median, sum(r.value) as total, min(r.value) as lowest,
       count(r.value) as valued
  from ranked r
 cross join lateral (select to_jsonb(r) as row) d
 where r.place_in_time = 1
 group by 1, 2, 3;
