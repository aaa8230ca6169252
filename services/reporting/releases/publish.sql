-- Publish a frozen release whose forerunner in the chain is out, and set the edition before it to REVISED.
  with out as (
    update ledger.release r
       set state = 'PUBLISHED', published_at = $2, published_by = $3
     where r.id = $1 and r.state = 'FROZEN' and r.frozen_by <> $3
       and not exists (select from ledger.release b where b.chain = r.previous and b.state = 'FROZEN')
    returning r.period, r.edition
), revised as (
    update ledger.release r
       set state = 'REVISED'
      from out
     where r.period = out.period and r.edition < out.edition and r.state = 'PUBLISHED'
)
select edition from out;
