-- Started again it takes the new time.
insert into timer as t (stream_id, name, item, at, rings_at, ctx)
select * from unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::jsonb[])
    on conflict (stream_id, name, item) do update
   set at = excluded.at, rings_at = excluded.rings_at, ctx = excluded.ctx, running = true;
