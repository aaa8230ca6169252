-- repeats: it counts how often
insert into seen (stream_id, version) select * from unnest($1::uuid[], $2::integer[]);
