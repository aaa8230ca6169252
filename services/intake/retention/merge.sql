-- Null: it stands for a person of its own again.
update client c
   set merged_on = o.merged_on
  from unnest($1::uuid[], $2::date[]) as o(client_id, merged_on)
 where c.client_id = o.client_id;
