-- Store many appends in one call; each gets its own outcome. A conflict, a duplicate or a broken rule of one never
-- fails another, because all works on sets (architecture chapter, section 4):
--   creations win or lose on the row in `stream`; additions lock their streams in id order and win on the version;
--   claims, then places of units, are taken in key order, and a lost one takes its append out again; the events of the
--   winners follow.
-- Parts are numbered from 1; `expected` 0 creates the stream. Event k of part p has version expected + k.
-- together: all parts are one append (a merge of two streams); if one loses, SQLSTATE GB001 rolls the call back.
-- Joins of `unnest` with a table must use the table's index even if the plan was made while it was empty
-- (performance chapter, trap 20): hence the planner settings.
create or replace function append_events(
    p_stream   uuid[],
    p_kind     text[],
    p_expected integer[],
    p_count    integer[],
    e_part     integer[],
    e_version  integer[],
    e_id       uuid[],
    e_type     text[],
    e_schema   smallint[],
    e_data     jsonb[],
    e_meta     jsonb[],
    e_occurred timestamptz[],
    s_part     integer[] default '{}',
    s_term     bigint[]  default '{}',
    s_add      boolean[] default '{}',
    c_part     integer[] default '{}',
    c_name     text[]    default '{}',
    c_key      text[]    default '{}',
    c_claim    boolean[] default '{}',
    together   boolean   default false,
    o_part     integer[] default '{}',
    o_unit     text[]    default '{}',
    o_capacity integer[] default '{}',
    o_take     boolean[] default '{}'
) returns table (part integer, outcome text, version integer, recorded_at timestamptz, rule text)
language plpgsql
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
    v_now    timestamptz;
    v_won    integer[];
    v_more   integer[];
    v_lost   integer[] := '{}';
    v_rules  text[] := '{}';
    v_fresh  text[] := '{}';
begin
    -- 1. Creations: in id order, so that two calls cannot deadlock. Of several for one stream the first wins.
    if 0 = any (p_expected) then
        with wish as (
            select distinct on (p.stream) p.stream, p.kind, p.n, p.part
              from unnest(p_stream, p_kind, p_expected, p_count) with ordinality as p(stream, kind, expected, n, part)
             where p.expected = 0
             order by p.stream, p.part
        ), made as (
            insert into stream (stream_id, kind, version)
            select stream, kind, n from wish order by stream
                on conflict (stream_id) do nothing
            returning stream_id
        )
        select coalesce(array_agg(w.part::integer), '{}') into v_won from made m join wish w on w.stream = m.stream_id;
    else
        v_won := '{}';
    end if;

    -- 2. Additions: lock in id order, then the version decides; of several in the group for one stream the first wins.
    if exists (select from unnest(p_expected) as e where e > 0) then
        perform 1 from stream where stream_id = any (p_stream) order by stream_id for update;
        with wish as (
            select distinct on (p.stream) p.stream, p.kind, p.expected, p.n, p.part
              from unnest(p_stream, p_kind, p_expected, p_count) with ordinality as p(stream, kind, expected, n, part)
              join stream s on s.stream_id = p.stream and s.version = p.expected and s.kind = p.kind
             where p.expected > 0 and not (p.part = any (v_won))
             order by p.stream, p.part
        ), moved as (
            update stream s set version = w.expected + w.n
              from wish w
             where s.stream_id = w.stream and s.version = w.expected
            returning w.part
        )
        select coalesce(array_agg(part::integer), '{}') into v_more from moved;
        v_won := v_won || v_more;
    end if;

    -- 3. Reservations of the winners, in key order. A lost one takes its append out.
    if cardinality(c_part) > 0 then
        with wish as (
            select c.part, c.name, c.key, p_stream[c.part] as stream_id, c.n
              from unnest(c_part, c_name, c_key, c_claim) with ordinality as c(part, name, key, claim, n)
             where c.claim and c.part = any (v_won)
        ), first as (
            select distinct on (name, key) name, key, stream_id from wish order by name, key, n
        ), taken as (
            insert into reservation as r (name, key, stream_id)
            select name, key, stream_id from first order by name, key
                on conflict (name, key) do update set stream_id = r.stream_id  -- locks the row and reads its holder
            returning r.name, r.key, r.stream_id, r.xmax = 0 as fresh
        ), heard as (
            select w.part, w.name, w.key, t.fresh, t.stream_id <> w.stream_id as lost
              from wish w join taken t on t.name = w.name and t.key = w.key
        )
        select coalesce(array_agg(part) filter (where lost), '{}'),
               coalesce(array_agg(name) filter (where lost), '{}'),
               coalesce(array_agg(array[part::text, name, key]) filter (where fresh and not lost), '{}')
          into v_lost, v_rules, v_fresh
          from heard;
    end if;

    -- 4. Places: every row is locked first, in the order of the units, so that two moves across each other cannot deadlock.
    -- Of the wishes for one unit the first of the group win, as many as it has places; none gets one that is given up in
    -- the same call.
    if cardinality(o_part) > 0 then
        insert into occupancy (unit, taken, capacity)
        select o.unit, 0, max(o.capacity)
          from unnest(o_unit, o_capacity, o_take) as o(unit, capacity, take)
         where o.take
         group by o.unit
         order by o.unit
            on conflict (unit) do nothing;
        perform 1 from occupancy where unit = any (o_unit) order by unit for update;
        with wish as (
            select o.part, o.unit, o.capacity, row_number() over (partition by o.unit order by o.part) as nth
              from unnest(o_part, o_unit, o_capacity, o_take) as o(part, unit, capacity, take)
             where o.take and o.part = any (v_won) and o.part <> all (v_lost)
        )
        select v_lost || coalesce(array_agg(w.part), '{}'), v_rules || coalesce(array_agg('occupancy'::text), '{}')
          into v_lost, v_rules
          from wish w join occupancy u on u.unit = w.unit
         where u.taken + w.nth > w.capacity;
    end if;

    -- 5. Who lost one of them leaves nothing behind: the claims made now go, the stream is put back.
    if cardinality(v_lost) > 0 then
        delete from reservation r
         using (select f[1]::integer as part, f[2] as name, f[3] as key
                  from (select v_fresh[i:i] as g from generate_subscripts(v_fresh, 1) as i) as slices
                 cross join lateral (select array(select unnest(g)) as f) as flat) as c
         where c.part = any (v_lost) and r.name = c.name and r.key = c.key;
        delete from stream s
         using unnest(v_lost) as l(part)
         where s.stream_id = p_stream[l.part] and p_expected[l.part] = 0;
        update stream s set version = p_expected[l.part]
          from unnest(v_lost) as l(part)
         where s.stream_id = p_stream[l.part] and p_expected[l.part] > 0;
        v_won := array(select w from unnest(v_won) as w where w <> all (v_lost));
    end if;
    if cardinality(c_part) > 0 then
        delete from reservation r
         using unnest(c_part, c_name, c_key, c_claim) as c(part, name, key, claim)
         where not c.claim and c.part = any (v_won) and r.name = c.name and r.key = c.key
           and r.stream_id = p_stream[c.part];
    end if;
    if cardinality(o_part) > 0 then
        -- A unit that was made larger or smaller has its new capacity from the next admission on.
        update occupancy u
           set taken = u.taken + o.change, capacity = greatest(coalesce(o.capacity, u.capacity), u.taken + o.change)
          from (select unit, sum(case when take then 1 else -1 end)::integer as change, max(capacity) filter (where take) as capacity
                  from unnest(o_part, o_unit, o_capacity, o_take) as w(part, unit, capacity, take)
                 where part = any (v_won)
                 group by unit) as o
         where u.unit = o.unit;
    end if;

    if together and cardinality(v_won) < cardinality(p_stream) then
        raise exception 'one part of an append over several streams lost' using errcode = 'GB001',
            detail = case when cardinality(v_lost) > 0 then 'rule ' || v_rules[1] else 'conflict' end;
    end if;

    -- 6. What the winners bring: search rows, events, pointers.
    v_now := clock_timestamp();
    if cardinality(s_part) > 0 and cardinality(v_won) > 0 then
        delete from search h
         using unnest(s_part, s_term, s_add) as s(part, term, add)
         where not s.add and s.part = any (v_won) and h.term = s.term and h.stream_id = p_stream[s.part];
        insert into search (term, stream_id)
        select distinct s.term, p_stream[s.part]
          from unnest(s_part, s_term, s_add) as s(part, term, add)
         where s.add and s.part = any (v_won)
         order by 1, 2
            on conflict do nothing;
    end if;
    if cardinality(v_won) = cardinality(p_stream) then
        with stored as (
            insert into event (event_id, stream_id, version, kind, type, schema, data, meta, occurred_at, recorded_at)
            select e.id, p_stream[e.part], e.version, p_kind[e.part], e.type, e.schema, e.data, e.meta, e.occurred, v_now
              from unnest(e_part, e_version, e_id, e_type, e_schema, e_data, e_meta, e_occurred)
                   as e(part, version, id, type, schema, data, meta, occurred)
            returning position
        )
        insert into outbox (position) select position from stored;
    elsif cardinality(v_won) > 0 then
        with stored as (
            insert into event (event_id, stream_id, version, kind, type, schema, data, meta, occurred_at, recorded_at)
            select e.id, p_stream[e.part], e.version, p_kind[e.part], e.type, e.schema, e.data, e.meta, e.occurred, v_now
              from unnest(e_part, e_version, e_id, e_type, e_schema, e_data, e_meta, e_occurred)
                   as e(part, version, id, type, schema, data, meta, occurred)
             where e.part = any (v_won)
            returning position
        )
        insert into outbox (position) select position from stored;
    end if;

    -- 7. Every part hears its own outcome.
    if cardinality(v_won) = cardinality(p_stream) then
        return query
        select p.part::integer, 'appended'::text, p.expected + p.n, v_now, null::text
          from unnest(p_expected, p_count) with ordinality as p(expected, n, part);
        return;
    end if;
    return query
    select p.part::integer,
           case when p.part = any (v_won) then 'appended'
                when p.part = any (v_lost) then 'rule'
                when f.event_id is not null then 'duplicate'
                else 'conflict' end,
           case when p.part = any (v_won) then p.expected + p.n else s.version end,
           v_now,
           (select l.rule from unnest(v_lost, v_rules) as l(part, rule) where l.part = p.part limit 1)
      from unnest(p_stream, p_expected, p_count) with ordinality as p(stream, expected, n, part)
      left join lateral (select ids.id from unnest(e_part, e_version, e_id) as ids(part, version, id)
                          where ids.part = p.part order by ids.version limit 1) as one on true
      left join event f on f.event_id = one.id
      left join stream s on s.stream_id = p.stream;
end $$;
