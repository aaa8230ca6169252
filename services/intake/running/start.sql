-- An item starts once; a referral that is accepted after it lapsed is open again.
insert into open_item (stream_id, kind, client_id, centre)
select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[])
    on conflict (stream_id) do update set open = true;
