-- repeats: a month in which there was a fact about a client is remembered once; nothing of the erased
insert into heard (client, month)
select distinct o.client, date_trunc('month', o.day)::date
  from unnest($1::uuid[], $2::date[]) as o(client, day)
 where not exists (select from consent_state s where s.client = o.client and s.erased)
 order by 1, 2
    on conflict do nothing;
