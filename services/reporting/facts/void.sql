-- repeats: each entry is voided once, however often that is said.
select apply_void($1::uuid[], $2::uuid[], $3::timestamptz[]);
