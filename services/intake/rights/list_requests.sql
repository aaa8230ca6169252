-- Requests at these centres ($1; null: of the region), newest first: of one right, open or answered, overdue at a moment ($4).
select event_id, request_id, client_id, centre, kind as "right", objects_to, received_at, due_answer, reason, answered_at, recorded_at,
       case when answered_at is null then coalesce(outcome, 'RECEIVED') else 'ANSWERED' end as state, outcome
  from rights.request
 where (select within_reach($8))
   and ($1::text[] is null or centre = any ($1))
   and ($2::text is null or kind = $2)
   and ($3::boolean is null or (answered_at is null) = $3)
   and ($4::timestamptz is null or (answered_at is null and due_answer < $4))
   and ($5::timestamptz is null or (recorded_at, event_id) < ($5, $6::uuid))
 order by recorded_at desc, event_id desc
 limit $7;
