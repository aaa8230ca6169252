update feedback f
   set stage = o.stage, handler = o.handler
  from unnest($1::uuid[], $2::text[], $3::text[]) as o(feedback_id, stage, handler)
 where f.feedback_id = o.feedback_id;
