insert into total as t (stream_id, amount, last)
select * from unnest($1::uuid[], $2::bigint[], $3::integer[])
    on conflict (stream_id) do update set amount = t.amount + excluded.amount, last = excluded.last;
