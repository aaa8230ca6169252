-- A cell is seen by who may see the true counts of its centre.
create policy reach on cell_person using (centre = any ((select reach_centres())::text[]));
create policy reach on cell_code using (centre = any ((select reach_centres())::text[]));
