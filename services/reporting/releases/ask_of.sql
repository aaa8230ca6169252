-- For the rest of this transaction: what the views of outcomes are asked with (`asked`). $1 known at; $2, $3 first and last
-- day; $4 rates, or null.
select set_config('gabay.known_at', $1::text, true) || set_config('gabay.first', $2::text, true)
       || set_config('gabay.last', $3::text, true) || set_config('gabay.rates', coalesce($4::text, ''), true);
