-- The newest sealed identity of each of these clients, and the centre they were registered at.
-- One row a client: an amendment holds the whole identity again, so nothing older needs to be opened.
select distinct on (e.stream_id)
       e.stream_id,
       e.event_id,
       e.type,
       e.data -> 'sealed' ->> 'identity' as blob,
       e.data -> 'ctx' ->> 'centre' as centre
  from event e
 where e.stream_id = any ($1::uuid[])
   and e.type in ('client-registered', 'client-profile-amended')
   and e.data -> 'sealed' ? 'identity'
 order by e.stream_id, e.version desc
