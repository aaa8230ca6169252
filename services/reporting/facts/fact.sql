-- repeats: every fact is a row of its own; of several of one item the first counts, whichever batch brings it.
select apply_fact($1::text[], $2::uuid[], $3::uuid[], $4::smallint[], $5::integer[], $6::uuid[], $7::text[], $8::date[],
                  $9::text[], $10::timestamptz[], $11::uuid[], $12::text[], $13::text[], $14::text[], $15::text[],
                  $16::text[], $17::text[], $18::text[], $19::text[], $20::text[], $21::numeric[], $22::timestamptz[],
                  $23::timestamptz[]);
