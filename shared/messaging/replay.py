"""Facts once more: copies for one consumer that missed some, or all of a service for topics that were lost.

Both send today's shape; an erased person stays erased, for the blobs are those of the store and their keys are gone.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from shared.errors import Rejected
from shared.eventsourcing.event import Aggregate
from shared.eventsourcing.sql import statements
from shared.messaging.broker import Broker, let_go
from shared.messaging.cloudevents import Encoder
from shared.messaging.partition import partition_of
from shared.messaging.topics import ensure, replay_topic

SQL = statements(__package__)
Told = Callable[[int], Any]


def silent(count: int) -> None:
    """Nobody wants to hear how far it is."""


class Pace:
    """At most so many records a second, evenly over pages: a replay must not crowd out the desk."""

    def __init__(self, rate: float) -> None:
        self._rate, self._start, self._count = rate, time.monotonic(), 0

    async def passed(self, count: int) -> None:
        self._count += count
        ahead = self._count / self._rate - (time.monotonic() - self._start)
        if ahead > 0:
            await asyncio.sleep(ahead)


async def replay(
    connection: Any,
    broker: Broker,
    aggregate: Aggregate,
    consumer: str,
    *,
    region: str,
    operator: str,
    stream: UUID | None = None,
    from_version: int = 1,
    since: datetime | None = None,
    everything: bool = False,
    rate: float = 2000,
    told: Told = silent,
) -> int:
    """Send stored events of an aggregate to `replay.<consumer>.<topic>`; returns how many.

    connection: to the store of the service that owns the aggregate. In-house consumers drain the topic at their next
    start. Raises Rejected unless a stream, a time or everything is named.
    """
    if not (everything or stream or since):
        raise Rejected("validation", "Say what to send again: --stream ID, --since TIME, or --all.")
    target = replay_topic(consumer, aggregate.topic)
    await ensure(broker, topics=[target])
    encoder = Encoder(region, [aggregate])
    marks = [("x-replay-id", str(uuid4()).encode()), ("x-replay-of", aggregate.topic.encode())]
    pace, count, position = Pace(rate), 0, 0
    producer = broker.producer()
    await asyncio.wait_for(producer.start(), 30)
    try:
        await connection.execute(
            SQL.audit_operation, operator, None, "replay", f"{aggregate.topic} for {consumer}", str(stream or since or "all")
        )
        while rows := await connection.fetch(SQL.replay_rows, position, aggregate.name, stream, from_version, since, 500):
            sent = []
            for row in rows:
                record = encoder.encode(row)
                sent.append(
                    await producer.send(
                        target.name,
                        record.value,
                        key=record.key,
                        partition=partition_of(record.key, target.partitions),
                        headers=[*record.headers, *marks],
                    )
                )
            await asyncio.wait_for(asyncio.gather(*sent), 30)
            position = rows[-1][0]
            count += len(rows)
            told(count)
            await pace.passed(len(rows))
    finally:
        await let_go(producer)
    return count


async def republish(
    connection: Any, *, operator: str, service: str, aggregate: str | None = None, rate: float = 2000, told: Told = silent
) -> int:
    """Put the pointers of all events of a service (or of one aggregate) back into its outbox; returns how many."""
    await connection.execute(SQL.audit_operation, operator, None, "republish", f"{service} {aggregate or 'all'}", None)
    pace, total, position = Pace(rate), 0, 0
    while True:
        count, last = await connection.fetchrow(SQL.republish_rows, position, aggregate, 500)
        if not count:
            return total
        position, total = last, total + count
        told(total)
        await pace.passed(count)


async def rewind(connection: Any, consumer: str, *, operator: str, topics: Iterable[str] = ()) -> int:
    """Forget a consumer's offsets (of some topics, or all), so that it reads them from their starts; returns how many.

    Safe: the guard skips what is known. Needed after a topic was made anew.
    """
    async with connection.transaction():
        await connection.execute(SQL.fence_consumer, consumer)
        rows = await connection.fetch(SQL.forget_consumed, consumer, list(topics) or None)
        await connection.execute(
            SQL.audit_operation, operator, None, "rewind", consumer, ", ".join(sorted({row[0] for row in rows})) or None
        )
    return len(rows)
