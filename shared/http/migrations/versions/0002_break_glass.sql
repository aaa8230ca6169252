-- An emergency access is reviewed by somebody else. centre: of the record, whose supervisors and dpo hear of it. service:
-- where it was opened, and whose key sealed the text (base64; it opens no more once the person is forgotten).
alter table break_glass
    add column if not exists centre      text,
    add column if not exists service     text,
    add column if not exists text        text,
    add column if not exists reviewed_by text,
    add column if not exists reviewed_at timestamptz,
    add column if not exists finding     text check (finding in ('JUSTIFIED', 'UNJUSTIFIED'));
alter table break_glass drop constraint if exists break_glass_is_reviewed_by_another;
alter table break_glass add constraint break_glass_is_reviewed_by_another check (reviewed_by is null or reviewed_by <> staff_id);

do $$
declare
    service text;
begin
    foreach service in array array['intake', 'casework', 'referrals', 'reporting'] loop
        execute format('grant update (reviewed_by, reviewed_at, finding, closed_at) on break_glass to %I', service || '_access');
    end loop;
end $$;
