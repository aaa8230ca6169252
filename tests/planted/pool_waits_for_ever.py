"""Whoever waits for a connection, or behind a flight, waits for ever, though the server has fallen silent."""

from shared.eventsourcing.database import Pool
from shared.eventsourcing.group import Group


def plant() -> None:
    Pool.STALLED_S = Group.LONG_S = 3600.0
