update entry e
   set verified_on = o.verified_on,
       next_due = o.next_due,
       free = coalesce(o.free, e.free),
       listing = case when o.capacity is null then e.listing else e.listing || jsonb_build_object('capacity', o.capacity) end
  from unnest($1::uuid[], $2::date[], $3::date[], $4::integer[], $5::jsonb[]) as o(entry_id, verified_on, next_due, free, capacity)
 where e.entry_id = o.entry_id;
