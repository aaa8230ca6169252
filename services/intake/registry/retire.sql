update client c
   set survivor = o.survivor
  from unnest($1::uuid[], $2::uuid[]) as o(client_id, survivor)
 where c.client_id = o.client_id;
