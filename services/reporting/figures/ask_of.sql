-- For the rest of this transaction: whose figures may be shown ($1 reach), planning for just these parameters, and what the views
-- are asked with (`asked`): $2 known at, $3 first and $4 last day, $5 rates; null for none.
select within_reach($1::jsonb), set_config('plan_cache_mode', 'force_custom_plan', true),
       set_config('gabay.known_at', coalesce($2::text, ''), true), set_config('gabay.first', coalesce($3::text, ''), true),
       set_config('gabay.last', coalesce($4::text, ''), true), set_config('gabay.rates', coalesce($5::text, ''), true);
