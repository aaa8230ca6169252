-- Referrals of the caller's centres ($1) and organisation ($2, either side), newest first. The receiver of a confidential
-- one is shown to the receiver alone; of whom it is, there and at centres whose confidential cases the caller may see ($9).
select referral_id, centre, direction,
       case when not confidential or to_org = any ($2) or centre = any ($9) then client_id end as client_id,
       case when not confidential or to_org = any ($2) or centre = any ($9) then case_id end as case_id, from_org,
       case when not confidential or to_org = any ($2) then to_org end as to_org,
       service_code, sub_committee, priority, confidential, state, due_ack, due_service, acknowledged_at, accepted_at,
       delivered_at, delivered, ack_on_time, service_on_time, escalated_to, result, sent_at, recorded_at
  from board.referral
 where (select within_reach($8))
   and (centre = any ($1) or from_org = any ($2) or to_org = any ($2))
   and ($3::text is null or centre = $3)
   and ($4::text is null or state = $4)
   and ($5::timestamptz is null or (recorded_at, referral_id) < ($5, $6::uuid))
 order by recorded_at desc, referral_id desc
 limit $7;
