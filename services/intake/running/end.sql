update open_item i
   set open = o.open
  from unnest($1::uuid[], $2::boolean[]) as o(stream_id, open)
 where i.stream_id = o.stream_id;
