-- repeats: a fact is void once
update assessment set void = true where event_id = any ($1::uuid[]);
