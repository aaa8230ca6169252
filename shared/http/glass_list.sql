-- Emergency accesses at these centres ($1 null: of the region), newest first; $2: only those reviewed, or only those not.
select grant_id, staff_id, subject_id, reason, centre, service, text, opened_at, expires_at, closed_at, reviewed_by, reviewed_at, finding
  from break_glass
 where ($1::text[] is null or centre = any ($1))
   and ($2::boolean is null or (reviewed_at is not null) = $2)
   and ($3::timestamptz is null or (opened_at, grant_id) < ($3, $4::uuid))
 order by opened_at desc, grant_id desc
 limit $5;
