"""Regrow a read model beside the live one, then show it in one transaction.

The same projection under the next consumer name fills the next generation from the start of its topics, with the same
loop as live. Its offsets commit with its rows, so an interrupted rebuild goes on where it stopped. Readers see the old
model until the new one has reached the ends that were noted at the start, and has then caught up once more.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import asyncpg
from aiokafka import TopicPartition

from shared import telemetry
from shared.errors import GabayError
from shared.eventsourcing.projection import Projection
from shared.eventsourcing.sql import statements
from shared.messaging.broker import Broker
from shared.messaging.consume import Consumer
from shared.messaging.forgetting import purge_all
from shared.messaging.models import at_generation, drop_retired, live_version, next_generation, swap
from shared.messaging.opening import Opens
from shared.messaging.positions import end_offsets
from shared.messaging.project import Projecting

SQL = statements(__package__)
log = telemetry.logger()


class Busy(GabayError):
    """Another rebuild of this read model is running."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A read model that was swapped in. parked: streams of the new generation that wait for an operator."""

    version: int
    records: int
    parked: int


async def rebuild(
    projection: Projection,
    *,
    owner_dsn: str,
    worker_dsn: str,
    broker: Broker,
    sealer: Opens | None = None,
    max_records: int = 2000,
    told: Callable[[int, int], Any] = lambda done, total: None,
    keep_hours: float = 24,
) -> Rebuilt:
    """Fill the next generation of a read model and swap it in. told: progress, (records read, records in all).

    May be killed at any point and called again. Raises Busy while another one runs, Hole or Restart as a worker would.
    """
    with telemetry.span(f"rebuild {projection.name}", gabay_read_model=projection.name) as span:
        began = time.monotonic()
        done = await _rebuild(projection, owner_dsn, worker_dsn, broker, sealer, max_records, told, keep_hours)
        span.set_attributes({"gabay.records": done.records, "gabay.seconds": round(time.monotonic() - began, 1)})
        return done


async def _rebuild(
    projection: Projection,
    owner_dsn: str,
    worker_dsn: str,
    broker: Broker,
    sealer: Opens | None,
    max_records: int,
    told: Callable[[int, int], Any],
    keep_hours: float,
) -> Rebuilt:
    owner = await asyncpg.connect(owner_dsn, server_settings={"lock_timeout": "5s", "application_name": f"{projection.name}.rebuild"})
    try:
        if not await owner.fetchval(_TRY, projection.name):
            raise Busy(f"{projection.name} is being rebuilt already: wait for it, or end that process")
        version = await next_generation(owner, projection)
        building = at_generation(projection, version)
        filling = _Filling(building, worker_dsn, broker, Projecting(building, sealer=sealer), max_records, told)
        await filling.to(await _ends(broker, building.topics))
        await _swap(owner, projection, version, filling)
        parked = await owner.fetchval(
            "select count(distinct stream_id) from parked where consumer = $1 and state = 'PARKED'", building.consumer
        )
        await drop_retired(owner, projection, older_than_hours=keep_hours)
        log.info("read_model_rebuilt", read_model=projection.name, generation=version, records=filling.read)
        return Rebuilt(version, filling.read, parked)
    finally:
        await owner.close()


async def rebuilding(connection: Any, name: str) -> bool:
    """Whether a read model is being rebuilt just now (a replay for it would meet a moving guard)."""
    return not await connection.fetchval(
        "select case when pg_try_advisory_lock(hashtextextended($1, 1)) then pg_advisory_unlock(hashtextextended($1, 1)) else false end",
        name,
    )


_TRY = "select pg_try_advisory_lock(hashtextextended($1, 1))"


@dataclass(slots=True)
class _Filling:
    """The generation that is being filled, and how far it is."""

    building: Projection
    dsn: str
    broker: Broker
    sink: Projecting
    max_records: int
    told: Callable[[int, int], Any]
    read: int = 0
    total: int = 0

    async def to(self, ends: dict[TopicPartition, int]) -> None:
        """Read up to these offsets; what was read before, also by a killed attempt, is not read again."""
        # The live generation may be of older code that read other topics, or know replays that were for it alone.
        ends = {place: end for place, end in ends.items() if place.topic in self.building.topics}
        if not ends:
            return
        self.total = max(self.total, sum(ends.values()))
        consumer = Consumer(
            self.sink,
            dsn=self.dsn,
            broker=self.broker,
            max_records=self.max_records,
            search_path=f'"{self.building.schema}", public',
            grouped=False,
            replays=False,
            until=ends,
            wrote=self._wrote,
        )
        await consumer.run()

    def _wrote(self, records: int) -> None:
        self.read += records
        self.told(min(self.read, self.total), self.total)


async def _swap(owner: Any, projection: Projection, version: int, filling: _Filling) -> None:
    """Catch up with the live generation while it is held still, then show the new one: readers never go back."""
    current = await live_version(owner, projection)
    consumer = at_generation(projection, current).consumer if current else ""
    for attempt in range(20):
        try:
            # First without holding anybody up: what came in during the first pass may take long.
            await filling.to({TopicPartition(r[0], r[1]): r[2] for r in await owner.fetch(SQL.read_offsets, consumer)})
            async with owner.transaction():
                held = await owner.fetch(SQL.consumer_offsets, consumer)
                async with asyncio.timeout(20):
                    await filling.to({TopicPartition(r[0], r[1]): r[2] for r in held})
                await purge_all(owner, filling.building)
                await swap(owner, projection, version)
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError, TimeoutError):
            # Dropping a view waits for whoever reads it. A long reader must not hold up all others behind us: later again.
            if attempt == 19:
                raise
            await asyncio.sleep(0.5)
        else:
            return


async def _ends(broker: Broker, topics: tuple[str, ...]) -> dict[TopicPartition, int]:
    known = await broker.partitions()
    return await end_offsets(broker, [TopicPartition(topic, p) for topic in topics for p in range(known.get(topic, 0))])
