-- Registrations of these centres ($1) whose probable duplicates nobody has looked at, newest first.
select client_id, centre, registered_on, search_hits, unseen, recorded_at
  from registry.client
 where (select within_reach($5))
   and centre = any ($1::text[]) and unseen > 0 and survivor is null
   and ($2::timestamptz is null or (recorded_at, client_id) < ($2, $3::uuid))
 order by recorded_at desc, client_id desc
 limit $4;
