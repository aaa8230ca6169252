-- The answer. Accepted, the case is the other centre's, and nobody's until it is assigned there.
update case_file c
   set centre = coalesce(o.moved_to, c.centre), worker = case when o.moved_to is null then c.worker end,
       transfer_id = null, transfer_to = null, transfer_at = null
  from unnest($1::uuid[], $2::text[]) as o(case_id, moved_to)
 where c.case_id = o.case_id;
