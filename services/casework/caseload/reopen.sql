update case_file set state = 'OPEN', closed_on = null where case_id = any ($1::uuid[]);
