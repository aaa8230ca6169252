-- repeats: later judgements alone move it.
insert into live.judged as j (span, ends_at) values ($1, $2)
    on conflict (span) do update set ends_at = greatest(j.ends_at, excluded.ends_at)
