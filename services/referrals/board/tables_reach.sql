-- A referral is seen by both sides of it.
create policy reach on referral using (
    centre = any ((select reach_centres())::text[])
    or from_org = any ((select reach_orgs())::text[])
    or to_org = any ((select reach_orgs())::text[])
);
