-- Whether facts may be frozen: complete until when, how many streams stand aside, whether a rebuild is under way.
select (select min(w.at) from facts.watermark w) as read_until,
       (select count(distinct p.stream_id) from parked p
         where p.consumer = 'reporting.facts.v' || g.version and p.state = 'PARKED') as parked_streams,
       exists (select from generation b where b.model = 'facts' and b.state = 'BUILDING') as building
  from generation g
 where g.model = 'facts' and g.state = 'LIVE';
