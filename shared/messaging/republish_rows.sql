-- Pointers of stored events, again, in the order of their positions; the relay does the rest.
  with again as (
    select position from event where position > $1 and ($2::text is null or kind = $2) order by position limit $3
), pointed as (
    insert into outbox (position) select position from again on conflict do nothing
)
select count(*), max(position) from again;
