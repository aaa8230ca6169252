-- For the rest of this transaction: what the views are asked with (`asked`), of all centres. $1 known at; $2, $3 first and last
-- day; $4 rates, or null; $5 the whole.
select set_config('gabay.known_at', $1::text, true) || set_config('gabay.first', $2::text, true)
       || set_config('gabay.last', $3::text, true) || set_config('gabay.rates', coalesce($4::text, ''), true)
       || within_reach($5::jsonb);
