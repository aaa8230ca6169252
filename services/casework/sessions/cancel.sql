update session set state = 'CANCELLED' where session_id = any ($1::uuid[]);
