-- A release as it was frozen.
insert into ledger.release (id, period, edition, state, cutoff, frozen_at, frozen_by, secret, manifest, signature, public_key, chain, previous)
values ($1, $2, $3, 'FROZEN', $4, $5, $6, $7, $8, $9, $10, $11, $12);
