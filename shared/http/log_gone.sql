-- What was deleted from the access logs at the end of its term from $1 until before $2, by service: rows, and until when they were read.
select service, sum(last - first)::bigint as rows, max(read_until) as read_until
  from (
    select service, max(n) as last, coalesce(max(n) filter (where at < $1), 0) as first, max(read_at) as read_until
      from audit_anchor
     where at < $2
     group by service, chain_id
  ) chain
 where last > first
 group by service
 order by service;
