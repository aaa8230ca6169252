-- Set records aside, byte for byte. One that stands there already stays as it is (a released or discarded one is settled);
-- another record at the same place means a recreated topic, and replaces it. Returns those that now wait.
insert into parked as p (consumer, topic, partition, "offset", stream_id, version, reason, error_class, key, headers, value)
select $1, * from unnest($2::text[], $3::integer[], $4::bigint[], $5::text[], $6::integer[], $7::text[], $8::text[],
                         $9::bytea[], $10::bytea[], $11::bytea[])
    on conflict (consumer, topic, partition, "offset") do update
   set stream_id = excluded.stream_id, version = excluded.version, reason = excluded.reason,
       error_class = excluded.error_class, attempts = 1, first_failed_at = clock_timestamp(),
       last_failed_at = clock_timestamp(), state = 'PARKED', key = excluded.key, headers = excluded.headers,
       value = excluded.value
 where (p.key, p.headers, p.value) is distinct from (excluded.key, excluded.headers, excluded.value)
returning stream_id;
