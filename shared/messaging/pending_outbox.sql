-- How many events wait for their topic (counted up to 100,000), and since when the oldest does.
select (select count(*) from (select from outbox limit 100000) as pending),
       (select extract(epoch from clock_timestamp() - e.recorded_at)::float8
          from event e where e.position = (select min(position) from outbox));
