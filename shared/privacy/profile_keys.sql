-- In intake's store: ids of the profile keys that must be there. Those of consents in force; and those that a legal hold
-- kept: since the last consent to a key ended there was no moment without a hold. Such a moment destroyed the key, whatever
-- hold was placed afterwards. Moments at which somebody looks: an end of a consent to statistics, the lifting of a hold, and now.
with consent as (
    select stream_id, version, data ->> 'consent_id' as consent_id, data ->> 'replaces' as replaces,
           (data ->> 'profile_key')::uuid as profile_key
      from event
     where type = 'consent-given' and data ? 'profile_key'
), ending as (
    select stream_id, version, data ->> 'consent_id' as consent_id
      from event
     where type = 'consent-withdrawn' and data ->> 'purpose' = 'STATISTICS'
     union all
    select stream_id, version, replaces from consent where replaces is not null
), named as (  -- ended: when the last consent to the key did; null while one is in force
    select c.stream_id, c.profile_key, case when bool_and(e.version is not null) then max(e.version) end as ended
      from consent c
      left join ending e on e.stream_id = c.stream_id and e.consent_id = c.consent_id
     group by c.stream_id, c.profile_key
), hold as (
    select p.stream_id, p.version as placed, coalesce(l.version, 2147483647) as lifted,
           coalesce((p.data ->> 'until')::date, 'infinity') as until
      from event p
      left join event l on l.stream_id = p.stream_id and l.type = 'legal-hold-lifted'
                       and l.data ->> 'hold_id' = p.data ->> 'hold_id'
     where p.type = 'legal-hold-placed'
), look as (
    select stream_id, version, recorded_at::date as on_day
      from event
     where (type = 'legal-hold-lifted' or type = 'consent-withdrawn' and data ->> 'purpose' = 'STATISTICS')
       and stream_id in (select stream_id from hold)
     union all
    select distinct stream_id, 2147483646, current_date from hold
)
select profile_key from named where ended is null
 union
select n.profile_key
  from named n
 where n.stream_id in (select stream_id from hold)
   and not exists (select from look m
                    where m.stream_id = n.stream_id and m.version >= n.ended
                      and not exists (select from hold h
                                       where h.stream_id = m.stream_id and h.placed < m.version and h.lifted > m.version
                                         and h.until >= m.on_day));
