-- For the rest of this transaction: the period for which the views of outcomes are asked (`asked`), its first and last day.
select set_config('gabay.first', $1::text, true) || set_config('gabay.last', $2::text, true);
