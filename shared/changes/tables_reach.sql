-- A change is told to whom it is addressed; of a hidden stream to its worker, and to who may see such streams there.
create policy reach on change using (
    (audience = '*'
     or audience = any ((select reach_centres())::text[])
     or split_part(audience, ':', 2) = any ((select reach_orgs())::text[]))
    and (not exists (select from hidden h where h.id = change.id)
         or audience = any ((select reach_confidential())::text[])
         or exists (select from assigned a where a.id = change.id and a.worker = (select reach_staff())))
);
-- Read by the worker alone.
create policy reach on side using (false);
-- Ids of streams and of staff: what the policy above asks.
create policy reach on hidden using (true);
create policy reach on assigned using (true);
