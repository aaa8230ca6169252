-- Whether a legal hold stands on a day ($2) over any of these records ($1).
select exists (
    select from consents.hold
     where client_id = any ($1::uuid[]) and (until is null or until >= $2::date) and (select within_reach($3))
);
