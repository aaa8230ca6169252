-- repeats: mergers are applied in the order of their times, however often they are said
select apply_merge($1::text[], $2::uuid[], $3::uuid[], $4::timestamptz[]);
