-- It failed once more: it stays, with today's reason.
update parked
   set attempts = attempts + 1, last_failed_at = clock_timestamp(), reason = $5, error_class = $6
 where consumer = $1 and topic = $2 and partition = $3 and "offset" = $4;
