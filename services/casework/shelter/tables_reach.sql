-- Cases that the caller works on. Not plain SQL: the views of another read model come and go with its generations.
create function own_cases() returns uuid[] language plpgsql stable as $$
begin
    return array(select case_id from caseload.case_file where worker = reach_staff());
end $$;

-- A stay is seen from its centre, and by the worker of the case that it belongs to.
create policy reach on stay using (
    centre = any ((select reach_centres())::text[]) or case_id = any ((select own_cases())::uuid[])
);
create policy reach on lodging using (exists (select from stay s where s.stay_id = lodging.stay_id));
create policy reach on term using (exists (select from stay s where s.stay_id = term.stay_id));
