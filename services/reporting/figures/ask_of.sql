-- For the rest of this transaction: the period for which the views of outcomes are asked (`asked`), its first and last day;
-- $3 rates.
select set_config('gabay.first', $1::text, true) || set_config('gabay.last', $2::text, true)
       || set_config('gabay.rates', $3::text, true);
