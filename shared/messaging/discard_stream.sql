-- The subject is erased: what waits of this stream is never applied.
update parked set state = 'DISCARDED', last_failed_at = clock_timestamp()
 where consumer = $1 and stream_id = any ($2::text[]) and state = 'PARKED';
