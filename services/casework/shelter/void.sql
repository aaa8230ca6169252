-- What a void fact said is gone; what was before it holds again.
with gone as (
    select event_id from unnest($1::uuid[]) as o(event_id)
), unlodged as (
    delete from lodging where event_id in (select event_id from gone)
), unexpected as (
    delete from term where event_id in (select event_id from gone)
), never_begun as (
    delete from stay where event_id in (select event_id from gone)
)
update stay set left_at = null, nights = null, left_event = null where left_event in (select event_id from gone);
