-- Which generation readers see, until when it is complete, and how many streams stand aside.
select g.version as generation,
       (select min(w.at) from facts.watermark w) as read_until,
       (select count(distinct p.stream_id) from parked p
         where p.consumer = 'reporting.facts.v' || g.version and p.state = 'PARKED') as parked_streams
  from generation g
 where g.model = 'facts' and g.state = 'LIVE';
