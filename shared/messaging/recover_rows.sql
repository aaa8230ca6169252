-- The rows that an append writes beside its facts, regrown from recovered ones. They were granted once, so nothing is
-- refused here: who held a reservation when the facts were made holds it again.
  with gone as (
    delete from search h using unnest($2::bigint[], $3::boolean[]) as s (term, add)
     where not s.add and h.term = s.term and h.stream_id = $1
), found as (
    insert into search (term, stream_id)
    select distinct s.term, $1::uuid from unnest($2::bigint[], $3::boolean[]) as s (term, add) where s.add
        on conflict do nothing
), released as (
    delete from reservation r using unnest($4::text[], $5::text[], $6::boolean[]) as c (name, key, claim)
     where not c.claim and r.name = c.name and r.key = c.key and r.stream_id = $1
), held as (
    insert into reservation (name, key, stream_id)
    select c.name, c.key, $1::uuid from unnest($4::text[], $5::text[], $6::boolean[]) as c (name, key, claim) where c.claim
        on conflict (name, key) do update set stream_id = excluded.stream_id
)
insert into occupancy as u (unit, taken, capacity)
select o.unit, greatest(0, sum(case when o.take then 1 else -1 end))::integer,
       greatest(max(o.capacity), sum(case when o.take then 1 else -1 end))::integer
  from unnest($7::text[], $8::integer[], $9::boolean[]) as o (unit, capacity, take)
 group by o.unit
    on conflict (unit) do update
   set taken = greatest(0, u.taken + (select sum(case when w.take then 1 else -1 end)
                                        from unnest($7::text[], $9::boolean[]) as w (unit, take) where w.unit = u.unit)::integer),
       capacity = greatest(u.capacity, excluded.capacity, u.taken + 1);
