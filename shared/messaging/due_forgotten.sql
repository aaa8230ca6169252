-- Erasures that are not acknowledged yet; with $1 also those of the last day, for what came late.
select client_id, aliases, version, erased_at, items, acknowledged_at is not null as acknowledged
  from forgotten
 where acknowledged_at is null
    or ($1 and heard_at > clock_timestamp() - interval '1 day')
 order by heard_at
 limit 1000;
