insert into audit_anchor (chain_id, n, service, hash, read_at)
select chain_id, n, $5, hash, read_at from unnest($1::uuid[], $2::bigint[], $3::bytea[], $4::timestamptz[]) as o(chain_id, n, hash, read_at)
    on conflict do nothing;
