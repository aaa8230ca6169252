-- How many events a replay will send, as far as is known when it begins.
select count(*)
  from event
 where position > $1
   and kind = $2
   and ($3::uuid is null or stream_id = $3)
   and version >= $4
   and ($5::timestamptz is null or recorded_at >= $5);
