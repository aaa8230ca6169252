"""Releases: what was published, byte for byte."""

from shared.eventsourcing.migrate import beside

revision, down_revision = "0001", None
upgrade = beside(__file__)
