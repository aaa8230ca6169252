-- What is still to be frozen, in the order of asking.
select id, period, cutoff, asked_by from ledger.wish where done_at is null order by asked_at limit 10;
