-- Open a person ($3) for somebody ($2) for an hour, unless they have three open already: no row. One at a time for each of
-- them, by the lock that the caller holds.
insert into break_glass (grant_id, staff_id, subject_id, reason, centre, service, text, expires_at)
select $1, $2, $3, $4, $5, $6, $7, clock_timestamp() + interval '60 minutes'
 where (select count(*) from break_glass where staff_id = $2 and closed_at is null and expires_at > clock_timestamp()) < 3
returning grant_id, opened_at, expires_at;
