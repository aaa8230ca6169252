-- The rows of each chain that were read before a moment ($1), up to the first that was not: number and hash of the last of them.
  with kept as (select chain_id, min(n) as n from read_audit where at >= $1 group by chain_id),
       due as (
    select r.chain_id, max(r.n) as n, max(r.at) as read_at, count(*) as rows
      from read_audit r
      left join kept k on k.chain_id = r.chain_id
     where k.n is null or r.n < k.n
     group by r.chain_id)
select d.chain_id, d.n, r.hash, d.read_at, d.rows
  from due d
  join read_audit r on r.chain_id = d.chain_id and r.n = d.n
 order by d.chain_id;
