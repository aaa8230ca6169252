-- A frozen release that nobody builds on: the end of the chain alone.
update ledger.release r set state = 'DISCARDED', withdrawn_at = $2, withdrawn_by = $3, reason = $4
 where r.id = $1 and r.state = 'FROZEN'
   and not exists (select from ledger.release n where n.previous = r.chain and n.state <> 'DISCARDED')
returning r.id;
