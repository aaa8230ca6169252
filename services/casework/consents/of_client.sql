-- How one consent of a client stands. No row: this service has not heard of it.
select valid_to, ended_on from consents.consent where client_id = $1 and consent_id = $2;
