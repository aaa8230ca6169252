-- What was asked at a centre is seen from that centre.
create policy reach on request using (centre = any ((select reach_centres())::text[]));
