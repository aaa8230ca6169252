-- Whether a person, or the record into which theirs was merged, was erased, as far as this service has heard.
select exists (select from forgotten where client_id = $1 or $1 = any (aliases));
