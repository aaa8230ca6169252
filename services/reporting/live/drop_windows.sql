delete from live.live_window where starts_at < $1
