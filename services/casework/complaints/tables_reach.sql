-- Feedback about a centre is seen from that centre.
create policy reach on feedback using (centre = any ((select reach_centres())::text[]));
