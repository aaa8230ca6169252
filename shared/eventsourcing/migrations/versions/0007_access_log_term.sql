-- Rows of the access log may go once nobody has to keep them: after two years at the soonest, the shortest term that a region
-- file may set. Whatever is deleted before, or changed at all, is refused as ever.
create or replace function refuse_early_loss() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and old.at < clock_timestamp() - interval '2 years' then
        return old;
    end if;
    raise exception 'rows of the access log are kept: % refused', tg_op
        using hint = 'gabay audit prune deletes those whose time is over.';
end $$;
create or replace trigger read_audit_is_history before update or delete on read_audit
    for each row execute function refuse_early_loss();
alter table read_audit enable always trigger read_audit_is_history;
