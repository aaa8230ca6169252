-- repeats: a hold is lifted once
delete from hold h using unnest($1::uuid[], $2::uuid[]) as o(client_id, hold_id)
 where h.client_id = o.client_id and h.hold_id = o.hold_id;
