-- A consent ends once: the first end counts. Withdrawn it may be also after another took its place.
update consent c
   set ended_on = coalesce(c.ended_on, o.ended_on), withdrawn = c.withdrawn or o.withdrawn
  from unnest($1::uuid[], $2::uuid[], $3::date[], $4::boolean[]) as o(client_id, consent_id, ended_on, withdrawn)
 where c.client_id = o.client_id and c.consent_id = o.consent_id;
