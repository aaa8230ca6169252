-- repeats: every answer is a line of its own; those to referrals of no case of ours find no row to join
insert into step (stream_id, version, event_id, type, at, actor, details, case_id)
select o.stream_id, o.version, o.event_id, o.type, o.at, o.actor, o.details, r.case_id
  from unnest($1::uuid[], $2::integer[], $3::uuid[], $4::text[], $5::timestamptz[], $6::text[], $7::jsonb[])
       as o(stream_id, version, event_id, type, at, actor, details)
  join referral r on r.referral_id = o.stream_id
    on conflict do nothing;
