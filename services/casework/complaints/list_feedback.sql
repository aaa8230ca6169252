-- Feedback about some centres ($1 null: all of the region), newest first.
select feedback_id, centre, kind, service_code, about_service, due_ack, due_resolution, stage, handler, recorded_at
  from complaints.feedback
 where (select within_reach($8))
   and ($1::text[] is null or centre = any ($1))
   and ($2::text is null or centre = $2)
   and ($3::text is null or kind = $3)
   and ($4::text is null or stage = $4)
   and ($5::timestamptz is null or (recorded_at, feedback_id) < ($5, $6::uuid))
 order by recorded_at desc, feedback_id desc
 limit $7;
