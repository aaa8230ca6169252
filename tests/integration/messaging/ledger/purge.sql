delete from entry where stream_id = any ($1::uuid[]);
