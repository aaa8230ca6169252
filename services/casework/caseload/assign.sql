update case_file c set worker = o.worker from unnest($1::uuid[], $2::text[]) as o(case_id, worker) where c.case_id = o.case_id;
