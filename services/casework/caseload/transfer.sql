-- A case waits for the answer of another centre.
update case_file c
   set transfer_id = o.transfer_id, transfer_to = o.to_centre, transfer_at = o.at
  from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[]) as o(case_id, transfer_id, to_centre, at)
 where c.case_id = o.case_id;
