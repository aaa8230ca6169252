update request r
   set answered_at = o.at
  from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as o(client_id, request_id, at)
 where r.client_id = o.client_id and r.request_id = o.request_id;
