-- The newest fact of a stream says what stands; an older one that comes late says nothing more.
insert into told as t (region, name, period, state, release, edition, chain, data, version, told_at)
select o.*
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::integer[], $7::text[], $8::text[], $9::integer[],
              $10::timestamptz[]) as o(region, name, period, state, release, edition, chain, data, version, told_at)
    on conflict (region, name, period) do update
   set state = excluded.state, release = excluded.release, edition = excluded.edition, chain = excluded.chain, data = excluded.data,
       version = excluded.version, told_at = excluded.told_at
 where t.version < excluded.version;
