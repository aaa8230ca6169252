-- Heads and older anchors below a new anchor say nothing any more that it does not say.
  with heads as (
    delete from audit_head h using unnest($1::uuid[], $2::bigint[]) as o(chain_id, n) where h.chain_id = o.chain_id and h.n <= o.n)
delete from audit_anchor a using unnest($1::uuid[], $2::bigint[]) as o(chain_id, n) where a.chain_id = o.chain_id and a.n < o.n;
