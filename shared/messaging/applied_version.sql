select version from applied where consumer = $1 and stream_id = $2;
