-- Streams of read models that were a forgotten client's.
update forgotten set items = (select coalesce(array_agg(distinct i), '{}') from unnest(items || $2::uuid[]) as i) where client_id = $1;
