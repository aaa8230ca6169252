-- item null: every timer of that name.
update timer t
   set running = false
  from unnest($1::uuid[], $2::text[], $3::text[]) as o(stream_id, name, item)
 where t.stream_id = o.stream_id and t.name = o.name and (o.item is null or t.item = o.item);
