-- The last answer never was: its state is taken back, the time at which it was given, and whom it linked to an inbound referral.
update referral b
   set path = b.path[:cardinality(b.path) - 1],
       version = o.version,
       acknowledged_at = case when o.type = 'referral-acknowledged' then null else b.acknowledged_at end,
       ack_on_time = case when o.type = 'referral-acknowledged' then null else b.ack_on_time end,
       accepted_at = case when o.type = 'referral-accepted' then null else b.accepted_at end,
       client_id = case when o.type = 'referral-accepted' and b.direction = 'IN' then null else b.client_id end,
       delivered_at = case when o.type = 'referral-service-delivered' then null else b.delivered_at end,
       delivered = case when o.type = 'referral-service-delivered' then null else b.delivered end,
       service_on_time = case when o.type = 'referral-service-delivered' then null else b.service_on_time end
  from unnest($1::uuid[], $2::integer[], $3::text[]) as o(referral_id, version, type)
 where b.referral_id = o.referral_id and b.version < o.version;
