-- Keys that releases were signed with, the newest first.
select public_key from ledger.release where state = any ($1::text[]) group by public_key order by max(place) desc;
