-- Clients of these centres ($1), newest first: registered between two days, through a channel, merged or not.
select client_id, centre, registered_on, channel, open_case, survivor, recorded_at
  from registry.client
 where (select within_reach($9))
   and centre = any ($1::text[])
   and ($2::date is null or registered_on >= $2)
   and ($3::date is null or registered_on <= $3)
   and ($4::text is null or channel = $4)
   and ($5::boolean is null or (survivor is not null) = $5)
   and ($6::timestamptz is null or (recorded_at, client_id) < ($6, $7::uuid))
 order by recorded_at desc, client_id desc
 limit $8;
