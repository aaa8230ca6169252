-- A consent ends once: the first end counts.
update consent c
   set ended_on = o.ended_on
  from unnest($1::uuid[], $2::uuid[], $3::date[]) as o(client_id, consent_id, ended_on)
 where c.client_id = o.client_id and c.consent_id = o.consent_id and c.ended_on is null;
