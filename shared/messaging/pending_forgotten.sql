select extract(epoch from clock_timestamp() - min(erased_at))::float8 from forgotten where acknowledged_at is null;
