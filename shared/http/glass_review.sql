-- Write a finding ($3) down once. An access that was not justified ends with it.
update break_glass
   set reviewed_by = $2, reviewed_at = clock_timestamp(), finding = $3,
       closed_at = case when $3 = 'UNJUSTIFIED' then coalesce(closed_at, clock_timestamp()) else closed_at end
 where grant_id = $1 and reviewed_at is null
returning reviewed_at;
