-- The worker ends the term of the access log: beginnings of chains, as far as their anchors say, and through this function alone.
-- What is younger than two years the table refuses to it as to anybody.
create or replace function prune_access_log(chains uuid[], numbers bigint[]) returns bigint
language sql security definer set search_path = public, pg_temp set transaction_timeout = 0 as $$
  with gone as (
    delete from read_audit r
     using unnest(chains, numbers) as o(chain_id, n)
     where r.chain_id = o.chain_id and r.n <= o.n
    returning 1)
select count(*) from gone;
$$;
revoke all on function prune_access_log from public;

do $$
begin
    execute format('grant execute on function prune_access_log to %I', current_setting('gabay.service') || '_worker');
end $$;
