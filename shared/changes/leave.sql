-- repeats: who was addressed leaves once
-- Only the centre of each fact hears of this stream from now on.
delete from side where id = any ($1::uuid[]);
