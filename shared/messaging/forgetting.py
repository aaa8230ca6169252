"""Forgetting in one service: once it hears of an erasure it purges its read models, then acknowledges (events chapter, R12).

    # services/casework/worker.py
    run_worker(..., loops=(Forgetting(PROJECTIONS, left=look_ups.left_of_erased),))

The reaction R12 remembers the client in the table `forgotten`; this loop does the rest. Every step may be done twice, so
whatever dies between two steps, the next look finds the work where it was left. A read model forgets:

    by a handler of `client-erased`, where it reads that topic anyway: then the loop waits until it has been applied
    by `purge.sql` beside its projection: ($1 subjects, $2 items found before) -> ids of what else was theirs

or in both, where other topics bring late what a handler has forgotten.

What arrives late, from another topic or on its way to the disk, is purged again during a day; a generation is purged before it is
shown.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from shared import telemetry
from shared.compose import Parts
from shared.errors import Unavailable
from shared.eventsourcing.projection import Fact, Projection
from shared.eventsourcing.sql import statements
from shared.http.reach import WHOLE
from shared.messaging.batch import erases
from shared.messaging.failures import judge
from shared.messaging.models import at_generation, live_generation
from shared.messaging.write import folder

SQL = statements(__package__)
EVERY_S: Final = 1.0
AGAIN_S: Final = 60.0

Left = Callable[[Parts, Sequence[UUID]], Awaitable[Sequence[str]]]
Finish = Callable[[Parts, Sequence[UUID]], Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Due:
    """An erasure of which this service has heard. version: that of the erasure in the client's stream."""

    client_id: UUID
    aliases: Sequence[UUID]
    version: int
    items: Sequence[UUID]
    acknowledged: bool

    @property
    def subjects(self) -> list[UUID]:
        return [self.client_id, *self.aliases]


async def remember(fact: Fact, pool: Any) -> list[UUID]:
    """Write down that a client was erased; returns everybody who is meant: the client and the records merged into theirs."""
    aliases = [UUID(alias) for alias in fact.data.get("aliases", ())]
    await pool.execute(SQL.remember_forgotten, UUID(fact.stream), aliases, fact.version, datetime.fromisoformat(fact.recorded_at))
    return [UUID(fact.stream), *aliases]


class Forgetting:
    """The loop of one worker.

    left: names of what the reactions have not ended yet (open cases, running referrals): while there is any, nothing is
    acknowledged. finish: destroys what is neither row nor read model (packet keys) and names it.
    """

    def __init__(self, projections: Iterable[Projection], *, left: Left | None = None, finish: Finish | None = None) -> None:
        self.projections = [projection for projection in projections if projection.forgets]
        self._left, self._finish = left, finish

    async def __call__(self, parts: Parts) -> None:
        """Look every second, for ever; every minute also at those of the last day."""
        again = 0.0
        while True:
            now = asyncio.get_running_loop().time()
            everybody = now >= again
            try:
                await self.once(parts, again=everybody)
                if telemetry.enabled():
                    age = await parts.pool.fetchval(SQL.pending_forgotten)
                    telemetry.ERASURE_PENDING_AGE.set(age or 0.0, {"region": parts.settings.region})
                again = now + AGAIN_S if everybody else again
            except Exception as error:  # what no retry mends goes on up and ends the worker
                if not isinstance(error, Unavailable) and judge(error) != "transient":
                    raise
                telemetry.logger().warning("forgetting_waits", exc_info=error)
            await asyncio.sleep(EVERY_S)

    async def once(self, parts: Parts, *, again: bool = False) -> None:
        """Purge and acknowledge whatever is due. again: also those of the last day, for what came late."""
        for row in await parts.pool.fetch(SQL.due_forgotten, again):
            due = Due(row["client_id"], row["aliases"], row["version"], row["items"], row["acknowledged"])
            purged = await self._purged(parts, due)
            if purged is None or due.acknowledged:
                continue
            await parts.keyring.acknowledge(due.client_id, parts.settings.service or "", purged)
            await parts.pool.execute(SQL.settle_forgotten, due.client_id)
            telemetry.logger().info("erasure_acknowledged", stream=str(due.client_id), count=len(purged))

    async def _purged(self, parts: Parts, due: Due) -> list[str] | None:
        """Names of what was purged, or None if something is not ready yet."""
        if not due.acknowledged and self._left and await self._left(parts, due.subjects):
            return None
        names: list[str] = []
        items = list(due.items)
        for projection in self.projections:
            version = await live_generation(parts.pool, projection)
            if version is None:
                return None
            current = at_generation(projection, version)
            if any(erases(kind) for kind in projection.handlers):
                applied = await parts.pool.fetchval(SQL.applied_version, current.consumer, due.client_id)
                if (applied or 0) < due.version:
                    return None
            async with parts.pool.acquire() as connection, connection.transaction():
                items += await purge(connection, current, due.subjects, items)
            names += [f"{current.schema}.{table}" for table in projection.forgets]
        if set(items) - set(due.items):
            await parts.pool.execute(SQL.keep_items, due.client_id, items)
        if self._finish:  # also again: what was written beside it while the keys went
            names += await self._finish(parts, due.subjects)
        return names


async def purge(connection: Any, projection: Projection, subjects: Sequence[UUID], items: Sequence[UUID]) -> list[UUID]:
    """Delete people's rows from one generation, inside the caller's transaction; returns what else was theirs."""
    statement = await asyncio.to_thread(_statement, folder(projection))
    if statement is None:
        return []
    path = await connection.fetchval("select set_config('search_path', $1, true)", f'"{projection.schema}", public')
    assert path
    return [row[0] for row in await connection.fetch(statement, list(subjects), list(items)) if row[0]]


async def purge_all(connection: Any, projection: Projection) -> None:
    """Leave out of a new generation everybody who was erased before it is shown, inside the caller's transaction."""
    if not projection.forgets:
        return
    row = await connection.fetchrow(SQL.all_forgotten)
    if row["subjects"]:
        # As the owner, whom the policies of read models don't let pass either.
        await connection.execute("select within_reach($1)", WHOLE)
        await purge(connection, projection, row["subjects"], row["items"])
        await connection.execute("set local search_path = public")


def _statement(at: Path) -> str | None:
    file = at / "purge.sql"
    return file.read_text(encoding="utf-8") if file.exists() else None
