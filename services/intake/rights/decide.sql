update request r
   set outcome = o.outcome, reason = o.reason
  from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) as o(client_id, request_id, outcome, reason)
 where r.client_id = o.client_id and r.request_id = o.request_id;
