"""Scans, pictures and recordings of a client: sealed files beside the store, named by facts (`proof_ref`, `photo_ref`)."""
