-- Each service's worker anchors its own access log when the term of old rows ends. The moment is the server's: who anchors what is
-- too young can't say that it happened later.
do $$
declare
    service text;
begin
    foreach service in array array['intake', 'casework', 'referrals', 'reporting'] loop
        execute format('grant select, insert (chain_id, n, service, hash, read_at) on audit_anchor to %I', service || '_access');
    end loop;
end $$;
