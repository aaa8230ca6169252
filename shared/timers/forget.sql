-- repeats: a stream ends once
delete from timer where stream_id = any ($1::uuid[]);
