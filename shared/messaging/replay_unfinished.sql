-- The newest replay of this selection to this consumer that began within a day and did not end: its id, up to which
-- position all was acknowledged, and how many that were. The audit of operations is its only memory.
  select split_part(s.reason, ' ', 1) as id,
         coalesce(max(split_part(p.reason, ' ', 2)::bigint), 0) as position,
         coalesce(max(split_part(p.reason, ' ', 3)::bigint), 0) as sent
    from operation_audit s
    left join operation_audit p
      on p.operation = 'replay-sent'
     and p.target = s.target
     and split_part(p.reason, ' ', 1) = split_part(s.reason, ' ', 1)
   where s.operation = 'replay'
     and s.target = $1
     and s.at > clock_timestamp() - interval '1 day'
     and substr(s.reason, strpos(s.reason, ' ') + 1) = $2
     and not exists (select from operation_audit e
                      where e.operation = 'replay-ended'
                        and e.target = s.target
                        and split_part(e.reason, ' ', 1) = split_part(s.reason, ' ', 1))
   group by s.reason, s.at
   order by s.at desc
   limit 1;
