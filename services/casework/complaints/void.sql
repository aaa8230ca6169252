delete from feedback where event_id = any ($1::uuid[]);
