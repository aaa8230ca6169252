-- repeats: once a protection matter, always one
update case_file set protected = true where case_id = any ($1::uuid[]);
