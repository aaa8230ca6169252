-- When the newest registration that the read model shows was recorded.
select max(recorded_at) from registry.client where (select within_reach($1));
