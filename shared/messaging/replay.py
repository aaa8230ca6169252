"""Facts once more: copies for one consumer that missed some, or all of a service for topics that were lost.

Both send today's shape; an erased person stays erased, for the blobs are those of the store and their keys are gone.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from shared.errors import Rejected
from shared.eventsourcing.event import Aggregate
from shared.eventsourcing.sql import statements
from shared.messaging.broker import Broker, let_go
from shared.messaging.cloudevents import Encoder, Record
from shared.messaging.partition import partition_of
from shared.messaging.topics import Topic, ensure, replay_topic

SQL = statements(__package__)
PAGE, MARKED = 500, 5000
"""Records read at once; records between two notes of how far it is. A resumed replay repeats at most the latter."""

Told = Callable[[int], Any]
Known = Callable[["Begun"], Any]


@dataclass(frozen=True, slots=True)
class Begun:
    """What a replay is about to do. sent: already, by an earlier run of the same wish that broke off; total: with those."""

    id: str
    sent: int
    total: int


@dataclass(frozen=True, slots=True)
class Selection:
    """Which events: of one stream, from a version on, recorded since, or all."""

    stream: UUID | None = None
    from_version: int = 1
    since: datetime | None = None

    def __str__(self) -> str:
        return f"stream={self.stream or '*'} from={self.from_version} since={self.since.isoformat() if self.since else '*'}"


def silent(_: object) -> None:
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
    anew: bool = False,
    rate: float = 2000,
    told: Told = silent,
    known: Known = silent,
) -> int:
    """Send stored events of an aggregate to `replay.<consumer>.<topic>`; returns how many are there now.

    connection: to the store of the service that owns the aggregate; broker: as the principal `ops`. In-house consumers
    drain the topic at their next start. The same wish again within a day goes on where an earlier run broke off, unless
    `anew`; ids and sequences are the originals', so a record that comes twice is passed over. known: told before the first
    record; told: how many were sent, after each page. Raises Rejected unless a stream, a time or everything is named.
    """
    if not (everything or stream or since):
        raise Rejected("validation", "Say what to send again: --stream ID, --since TIME, or --all.")
    target, chosen, about = (
        replay_topic(consumer, aggregate.topic),
        Selection(stream, from_version, since),
        f"{aggregate.topic} for {consumer}",
    )
    await ensure(broker, topics=[target])
    earlier = None if anew else await connection.fetchrow(SQL.replay_unfinished, about, str(chosen))
    replay_id, position, count = tuple(earlier) if earlier else (str(uuid4()), 0, 0)
    asked = (aggregate.name, stream, from_version, since)
    known(Begun(replay_id, count, count + await connection.fetchval(SQL.replay_count, position, *asked)))
    if not earlier:
        await connection.execute(SQL.audit_operation, operator, None, "replay", about, f"{replay_id} {chosen}")
    encoder = Encoder(region, [aggregate])
    marks = [("x-replay-id", replay_id.encode()), ("x-replay-of", aggregate.topic.encode())]
    pace, marked = Pace(rate), count
    producer = broker.producer()
    await asyncio.wait_for(producer.start(), 30)
    try:
        while rows := await connection.fetch(SQL.replay_rows, position, *asked, PAGE):
            await _send(producer, target, [encoder.encode(row) for row in rows], marks)
            position, count = rows[-1][0], count + len(rows)
            told(count)
            if count - marked >= MARKED:
                await connection.execute(SQL.audit_operation, operator, None, "replay-sent", about, f"{replay_id} {position} {count}")
                marked = count
            await pace.passed(len(rows))
        await connection.execute(SQL.audit_operation, operator, None, "replay-ended", about, f"{replay_id} {count}")
    finally:
        await let_go(producer)
    return int(count)


async def _send(producer: Any, target: Topic, records: Sequence[Record], marks: list[tuple[str, bytes]]) -> None:
    """One page, acknowledged whole before the next: what was noted as sent is there."""
    sent = [
        await producer.send(
            target.name,
            record.value,
            key=record.key,
            partition=partition_of(record.key, target.partitions),
            headers=[*record.headers, *marks],
        )
        for record in records
    ]
    await asyncio.wait_for(asyncio.gather(*sent), 30)


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
