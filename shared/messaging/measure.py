"""What a worker tells about itself every few seconds, where there is a collector: outbox, consumers, parked streams.

By a task of its own, so that a loop that hangs is measured as well.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from shared import telemetry
from shared.eventsourcing.database import TRANSIENT
from shared.eventsourcing.sql import statements
from shared.messaging.consume import Consumer

SQL = statements(__package__)
EVERY_S = 5.0


async def measure(pool: Any, consumers: Callable[[], Iterable[Consumer]], every: float = EVERY_S) -> None:
    """Measure for ever. pool: of the service's database; consumers: those that run just now."""
    seen: set[tuple[str, str]] = set()
    while telemetry.enabled():
        for consumer in consumers():
            consumer.measure()
        try:
            await outbox(pool)
            seen |= await parked(pool, seen)
        except TRANSIENT:
            pass  # a database that is away is told by those who need it
        await asyncio.sleep(every)


async def outbox(pool: Any) -> None:
    """How many events wait for the relay, and since when."""
    pending, age = await pool.fetchrow(SQL.pending_outbox)
    telemetry.OUTBOX_PENDING.set(pending, telemetry.SERVICE)
    telemetry.OUTBOX_OLDEST_AGE.set(age or 0.0, telemetry.SERVICE)


async def parked(pool: Any, seen: Iterable[tuple[str, str]] = ()) -> set[tuple[str, str]]:
    """Streams that stand aside by consumer and reason; returns what was found. seen: of earlier, now 0 unless found again."""
    found = {(row[0], row[1]): (row[2], row[3]) for row in await pool.fetch(SQL.count_parked)}
    for consumer, reason in {*seen, *found}:
        streams, age = found.get((consumer, reason), (0, 0.0))
        labels = {"consumer": consumer, "reason": reason}
        telemetry.PARKED_STREAMS.set(streams, labels)
        telemetry.PARKED_OLDEST_AGE.set(age, labels)
    return set(found)
