-- repeats: the steps of one person in a batch are applied together, in the order of their versions.
select apply_person($1::text[], $2::uuid[], $3::integer[], $4::uuid[], $5::timestamptz[], $6::date[], $7::text[], $8::text[],
                    $9::uuid[], $10::text[], $11::integer[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[],
                    $17::text[]);
