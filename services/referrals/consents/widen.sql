delete from narrowed n
 using unnest($1::uuid[], $2::uuid[]) as o(client_id, other_id)
 where n.client_id = o.client_id and n.other_id = o.other_id;
