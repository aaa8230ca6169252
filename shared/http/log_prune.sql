-- Delete the rows of these chains up to these numbers; the table itself refuses those that are younger than two years.
delete from read_audit r
 using unnest($1::uuid[], $2::bigint[]) as o(chain_id, n)
 where r.chain_id = o.chain_id and r.n <= o.n;
