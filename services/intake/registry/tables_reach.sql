-- A centre's clients are seen from that centre.
create policy reach on client using (centre = any ((select reach_centres())::text[]));
