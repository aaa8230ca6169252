-- One emergency access, for its review.
select staff_id, centre, reviewed_by, finding, reviewed_at from break_glass where grant_id = $1;
