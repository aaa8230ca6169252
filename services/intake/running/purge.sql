-- Forget clients ($1). Answers what else was theirs, so that a later purge finds it too ($2).
delete from open_item where client_id = any ($1::uuid[]) or stream_id = any ($2::uuid[])
returning stream_id;
