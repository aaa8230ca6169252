-- Roll-ups: true counts in narrow shapes, kept by the trigger below and by nothing else. A centre-month is one range of the
-- index. The figures themselves stay out of it, and pages keep some room: then a changed figure changes no index.
create table cell_person (
    kind   text not null,
    centre text not null,
    period integer not null,
    sex    text not null,
    age    text not null,
    n      bigint not null,
    qty    numeric,
    constraint cell_person_once unique (kind, centre, period, sex, age)
) with (fillfactor = 70);
create table cell_code (
    kind   text not null,
    dim    text not null,
    centre text not null,
    period integer not null,
    code   text not null,
    sex    text not null,
    a2     text not null,
    n      bigint not null,
    qty    numeric,
    constraint cell_code_once unique (kind, dim, centre, period, code, sex, a2)
) with (fillfactor = 70);

-- Which columns of a kind have rows in cell_code; the declarations of the indicators say the same (a test compares).
create table margin (kind text not null, dim text not null, many boolean not null, primary key (kind, dim));
insert into margin (kind, dim, many)
values ('registration', 'nat', false), ('registration', 'area', false), ('registration', 'types', true),
       ('transit', 'nat', false), ('group', 'nat', false),
       ('encounter', 'c1', false), ('encounter', 'c2', true),
       ('departure', 'c1', false), ('departure', 'area', false),
       ('return', 'c1', false), ('return', 'c2', false), ('return', 'area', false),
       ('service', 'c1', false), ('service', 'c2', false), ('service', 'c3', false);

-- Roll-ups follow the facts: whatever inserts, changes or deletes facts, the cells move with it in the same statement.
-- Rows go in key order, so that two writers cannot deadlock. Codes of kinds without a margin on them are left out before
-- anything is grouped: a hundred arrivals are a few rows then.
create function roll() returns trigger language plpgsql
set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare
    w constant integer := tg_argv[0]::integer;
begin
    insert into cell_person as c (kind, centre, period, sex, age, n, qty)
    select f.kind, f.centre, f.period, f.sex, f.age, w * count(*), w * sum(f.qty)
      from change f
     where f.counted
     group by 1, 2, 3, 4, 5
     order by 1, 2, 3, 4, 5
        on conflict on constraint cell_person_once do update
       set n = c.n + excluded.n, qty = coalesce(c.qty + excluded.qty, c.qty, excluded.qty);

    insert into cell_code as c (kind, dim, centre, period, code, sex, a2, n, qty)
    select f.kind, m.dim, f.centre, f.period, one.code, f.sex, f.a2, w * sum(f.n), w * sum(f.qty)
      from (
        select kind, centre, period, sex, a2_of(age) as a2, nat, area, types, count(*) as n, sum(qty) as qty,
               case when coded then c1 end as c1, case when coded then c2 end as c2, case when coded then c3 end as c3
          from (select change.*, kind not in ('registration', 'transit', 'group', 'screening', 'case') as coded
                  from change where counted) known
         group by kind, centre, period, sex, 5, nat, area, types, 11, 12, 13
      ) f
      join margin m on m.kind = f.kind
     cross join lateral (
        select case m.dim when 'nat' then f.nat when 'area' then f.area when 'types' then f.types
                          when 'c1' then f.c1 when 'c2' then f.c2 when 'c3' then f.c3 end
     ) as col(text)
     cross join lateral unnest(case when m.many then string_to_array(col.text, ' ') else array[coalesce(col.text, '_U')] end) as one(code)
     group by 1, 2, 3, 4, 5, 6, 7
     order by 1, 2, 3, 4, 5, 6, 7
        on conflict on constraint cell_code_once do update
       set n = c.n + excluded.n, qty = coalesce(c.qty + excluded.qty, c.qty, excluded.qty);

    -- A cell without facts leaves no trace that there was somebody.
    if w < 0 then
        delete from cell_person c
         using (select distinct kind, centre, period from change where counted) f
         where c.kind = f.kind and c.centre = f.centre and c.period = f.period and c.n = 0;
        delete from cell_code c
         using (select distinct m.kind, m.dim, f.centre, f.period from change f join margin m on m.kind = f.kind where f.counted) f
         where c.kind = f.kind and c.dim = f.dim and c.centre = f.centre and c.period = f.period and c.n = 0;
    end if;
    return null;
end $$;
create trigger roll_new after insert on fact referencing new table as change for each statement execute function roll('1');
create trigger roll_changed after update on fact referencing new table as change for each statement execute function roll('1');
create trigger roll_was after update on fact referencing old table as change for each statement execute function roll('-1');
create trigger roll_gone after delete on fact referencing old table as change for each statement execute function roll('-1');
