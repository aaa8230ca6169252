"""The end of the term for rows of the access log: they are deleted, and what stays can be verified all the same.

A chain loses its beginning only. Number and hash of the last deleted row, the anchor, go to the database `access` and to the log
before anything is deleted; from there on the chain is checked as from its first row. Whoever cuts a chain without an anchor, cuts
more than the anchor says, or anchors what was younger than two years, is found as before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from shared import telemetry
from shared.eventsourcing.sql import Statements

SQL: Final = Statements("shared.http")
SHORTEST: Final = timedelta(days=730)
"""The least that any province may keep the log (domain chapter, section 11)."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """The last deleted row of a chain. read_at: when that row was written; at: when it was deleted."""

    chain_id: UUID
    n: int
    hash: bytes
    read_at: datetime
    at: datetime

    @property
    def early(self) -> bool:
        """Whether it went before its time."""
        return self.at - self.read_at < SHORTEST


async def anchors_of(access: Any, service: str) -> dict[UUID, Anchor]:
    """The last anchor of each chain of a service, by chain."""
    rows = await access.fetch("select chain_id, n, hash, read_at, at from audit_anchor where service = $1 order by n", service)
    return {row["chain_id"]: Anchor(*row) for row in rows}


async def due(pool: Any, before: datetime) -> Sequence[Mapping[str, Any]]:
    """What is to go: per chain the last row read before a moment, and how many rows there are up to it."""
    found: Sequence[Mapping[str, Any]] = await pool.fetch(SQL.log_due, before)
    return found


async def prune(pool: Any, access: Any, service: str, before: datetime) -> int:
    """Delete what was read before a moment; returns how many rows. Verify first: what was tampered with is evidence.

    pool, access: as the service's worker and its role of `access`, or as owners. A prune that dies half-way is finished by the next.
    Anchors stay: they tell what went in which year.
    """
    rows = await due(pool, before)
    chains, numbers = [row["chain_id"] for row in rows], [row["n"] for row in rows]
    await access.execute(SQL.anchor_write, chains, numbers, [row["hash"] for row in rows], [row["read_at"] for row in rows], service)
    for row in rows:
        telemetry.logger().info("sec_audit_anchor", chain=str(row["chain_id"]), n=row["n"], head=row["hash"].hex())
    return int(await pool.fetchval("select prune_access_log($1, $2)", chains, numbers))
