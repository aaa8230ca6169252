-- The chain from its first release on; one that was discarded was never in it.
  with recursive link as (
    select r.id, r.manifest, r.signature, r.public_key, r.state, r.chain, 1 as place
      from ledger.release r where r.previous = repeat('0', 64) and r.state <> 'DISCARDED'
     union all
    select r.id, r.manifest, r.signature, r.public_key, r.state, r.chain, l.place + 1
      from ledger.release r
      join link l on r.previous = l.chain
     where r.state <> 'DISCARDED'
)
select * from link order by place;
