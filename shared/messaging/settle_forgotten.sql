update forgotten set acknowledged_at = clock_timestamp() where client_id = $1 and acknowledged_at is null;
