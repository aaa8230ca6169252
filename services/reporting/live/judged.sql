select ends_at from live.judged where span = $1
