-- Entries that run and were verified within the last ninety days, newest first; with $3 also stale and inactive ones.
select entry_id, org, service_code, status, verified_on, next_due, listing, recorded_at
  from directory.entry
 where not retired
   and ($1::text is null or service_code = $1)
   and ($2::text is null or org = $2)
   and ($3::boolean or (status = 'active' and next_due >= $4))
   and ($5::timestamptz is null or (recorded_at, entry_id) < ($5, $6::uuid))
 order by recorded_at desc, entry_id desc
 limit $7;
