update case_file c set state = o.state from unnest($1::uuid[], $2::text[]) as o(case_id, state) where c.case_id = o.case_id;
