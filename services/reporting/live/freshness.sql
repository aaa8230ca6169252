-- How far the live board and the figures are: records that wait, the last record, the last look, and what is counted.
select coalesce(sum(greatest(s.ends - s.next, 0)), 0)::bigint as waiting, max(s.recorded_at) as recorded_at, max(s.looked_at) as looked_at,
       (select min(w.at) from facts.watermark w) as counted_until
  from live.source s
