-- repeats: every fact is a row of its own; of several of one item the first counts, whichever batch brings it.
select apply_fact($1::text[]::said_of_fact[]);
