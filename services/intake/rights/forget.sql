-- The erasure is the answer to whoever asked for it, and the end of whatever else they asked.
update request r
   set client_id = null,
       outcome = coalesce(r.outcome, case r.request_id when o.request_id then 'GRANTED' else 'FORGOTTEN' end),
       answered_at = coalesce(r.answered_at, o.at)
  from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as o(client_id, request_id, at)
 where r.client_id = o.client_id;
