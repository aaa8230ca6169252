-- Every table that some release of a period had: a later edition may lack one.
select distinct t.name
  from ledger.release r
 cross join lateral jsonb_array_elements_text(convert_from(r.manifest, 'UTF8')::jsonb -> 'tables') as t(name)
 where r.period = $1 and r.state <> 'DISCARDED';
