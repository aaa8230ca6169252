-- How many emergency accesses are in force, and for how long the oldest has waited for its review (seconds; 0: none waits).
select count(*) filter (where closed_at is null and expires_at > clock_timestamp()) as open,
       coalesce(extract(epoch from clock_timestamp() - min(opened_at) filter (where reviewed_at is null)), 0)::float8 as oldest
  from break_glass
 where reviewed_at is null or expires_at > clock_timestamp();
