-- Entries that run and were verified within the last ninety days ($4: today), newest first; with $3 also stale and inactive ones.
-- $5: a place and all that contain it: what serves one of them serves the place. $6: age in years. $7: a language spoken there.
-- $8: only where something is free, or nobody counts.
select entry_id, org, service_code, status, verified_on, next_due, listing, recorded_at
  from directory.entry
 where not retired
   and ($1::text is null or service_code = $1)
   and ($2::text is null or org = $2)
   and ($3::boolean or (status = 'active' and next_due >= $4))
   and ($5::text[] is null or areas = '{}' or areas && $5)
   and ($6::integer is null or $6 between coalesce(minimum_age, 0) and coalesce(maximum_age, 200))
   and ($7::text is null or languages = '{}' or $7 = any (languages))
   and (not $8::boolean or free is null or free > 0)
   and ($9::timestamptz is null or (recorded_at, entry_id) < ($9, $10::uuid))
 order by recorded_at desc, entry_id desc
 limit $11;
