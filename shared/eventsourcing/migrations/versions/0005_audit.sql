-- A trigger for rows does not see a table emptied at once.
create or replace trigger read_audit_is_never_truncated before truncate on read_audit
    for each statement execute function refuse_change();
alter table read_audit enable always trigger read_audit_is_history;
alter table read_audit enable always trigger read_audit_is_never_truncated;
