-- A case is seen by its worker; a general one from its centre and from the centre that was asked to take it over; a
-- confidential one from there only by who protects; and one whose client was opened by break-glass.
create policy reach on case_file using (
    worker = (select reach_staff())
    or (kind = 'GENERAL' and (centre = any ((select reach_centres())::text[]) or transfer_to = any ((select reach_centres())::text[])))
    or centre = any ((select reach_confidential())::text[])
    or transfer_to = any ((select reach_confidential())::text[])
    or client_id = any ((select reach_subjects())::uuid[])
);
-- What happened in a case, by whoever sees the case: the policy above holds inside of this one.
create policy reach on step using (exists (select from case_file c where c.case_id = step.case_id));
-- Read by the worker alone.
create policy reach on referral using (false);
create policy reach on hidden using (false);
create policy reach on action using (false);
create policy reach on follow_up using (false);
create policy reach on looked_back using (false);
