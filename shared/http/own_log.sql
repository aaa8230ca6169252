-- Entries that name a person ($1), newest first; of others who were shown with them only how many there were.
select encode(substr(hash, 1, 16), 'hex')::uuid as entry_id, at, actor, role, centre, device, purpose, classes, fields, action, decision,
       break_glass_reason, export_id, trace_id, cardinality(subject_id) - 1 as others
  from read_audit
 where subject_id @> array[$1::uuid]
   and ($2::timestamptz is null or (at, encode(substr(hash, 1, 16), 'hex')::uuid) < ($2, $3::uuid))
   and ($4::timestamptz is null or at >= $4)
 order by at desc, entry_id desc
 limit $5;
