-- A fact that hid its stream never was true.
delete from hidden h using unnest($1::uuid[], $2::uuid[]) as o(id, event_id) where h.id = o.id and h.event_id = o.event_id;
