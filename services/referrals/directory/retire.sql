-- repeats: an entry is retired once
update entry set retired = true where entry_id = any ($1::uuid[]);
