-- One group of appends; each part hears its own outcome.
select part, outcome, version, recorded_at, rule
  from append_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24);
