-- repeats: the alert that is going on of a centre, kind and window, begun or carried on.
insert into live.surge_alert as a (centre, metric, span, x, lambda, phi, threshold, level, looked_at, above, below, first_seen, noticed_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
    on conflict (centre, metric, span) where cleared_at is null do update
   set x = excluded.x, lambda = excluded.lambda, phi = excluded.phi, threshold = excluded.threshold, level = excluded.level,
       looked_at = excluded.looked_at, above = excluded.above, below = excluded.below,
       noticed_at = coalesce(excluded.noticed_at, a.noticed_at)
