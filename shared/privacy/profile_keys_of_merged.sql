-- In intake's store: ids of the profile keys of records that were merged into others, and that went when whoever goes on in their
-- place took the consent to statistics back: the merged record takes no withdrawal of its own. Moments at which somebody looked:
-- the withdrawal, and the lifting of a hold on any of the records; after one of these also now, when a hold may have run out.
with recursive merge as (
    select m.stream_id as survivor, (m.data ->> 'retired_id')::uuid as retired, m.position as since,
           coalesce((select min(u.position) from event u
                      where u.stream_id = m.stream_id and u.type = 'client-records-unmerged' and u.position > m.position
                        and u.data ->> 'retired_id' = m.data ->> 'retired_id'), 9223372036854775807) as until
      from event m
     where m.type = 'client-records-merged'
), under as (  -- a record and whoever goes on in its place, also over others
    select retired as record, survivor, since, until from merge
     union
    select u.record, m.survivor, greatest(u.since, m.since), least(u.until, m.until)
      from under u
      join merge m on m.retired = u.survivor
     where greatest(u.since, m.since) < least(u.until, m.until)
), person as (
    select stream_id, position, type, data, recorded_at::date as on_day
      from event
     where stream_id in (select record from under union select survivor from under)
       and type in ('consent-given', 'consent-withdrawn', 'legal-hold-placed', 'legal-hold-lifted')
), consent as (
    select c.stream_id, c.position as given, (c.data ->> 'profile_key')::uuid as profile_key,
           (select min(e.position) from person e
             where e.stream_id = c.stream_id
               and (e.type = 'consent-withdrawn' and e.data ->> 'consent_id' = c.data ->> 'consent_id'
                    or e.type = 'consent-given' and e.data ->> 'replaces' = c.data ->> 'consent_id')) as ended
      from person c
     where c.type = 'consent-given' and c.data ->> 'purpose' = 'STATISTICS'
), looked as (
    select u.record, u.survivor, u.since, u.until, l.position as at, l.on_day
      from under u
      join person l on l.position between u.since and u.until
                   and (l.type = 'legal-hold-lifted' or l.type = 'consent-withdrawn' and l.data ->> 'purpose' = 'STATISTICS')
                   and l.stream_id in (select u.survivor union select o.record from under o where o.survivor = u.survivor)
), look as (
    select * from looked
     union
    select record, survivor, since, until, 9223372036854775806, current_date from looked where until = 9223372036854775807
)
select distinct c.profile_key
  from look l
  join consent c on c.stream_id = l.record and c.profile_key is not null
 where not exists (select from merge m where m.retired = l.survivor and m.since < l.at and m.until > l.at)
   and exists (select from consent s where s.stream_id = l.survivor and s.ended <= l.at)
   and not exists (select from consent s where s.stream_id = l.survivor and s.given < l.at and (s.ended is null or s.ended > l.at))
   and not exists (select from person h
                    where h.stream_id in (l.record, l.survivor) and h.type = 'legal-hold-placed' and h.position < l.at
                      and coalesce((h.data ->> 'until')::date, 'infinity') >= l.on_day
                      and not exists (select from person f
                                       where f.stream_id = h.stream_id and f.type = 'legal-hold-lifted' and f.position <= l.at
                                         and f.data ->> 'hold_id' = h.data ->> 'hold_id'));
