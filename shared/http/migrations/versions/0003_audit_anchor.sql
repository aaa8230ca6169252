-- Where the chain of an access log begins since its older rows were deleted at the end of their term: number, hash and moment of
-- the last one that went. Written before anything goes; as the heads, out of reach of whoever holds a service's own database.
create table if not exists audit_anchor (
    chain_id uuid not null,
    n        bigint not null,
    service  text not null,
    hash     bytea not null,
    read_at  timestamptz not null,
    at       timestamptz not null default clock_timestamp(),
    primary key (chain_id, n)
);
