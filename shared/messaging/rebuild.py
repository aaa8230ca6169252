"""Regrow a read model beside the live one, then show it in one transaction.

The same projection under the next consumer name fills the next generation from the start of its topics, with the same
loop as live. Its offsets commit with its rows, so an interrupted rebuild goes on where it stopped. Readers see the old
model until the new one has reached the ends that were noted at the start, and has then caught up once more.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import asyncpg
from aiokafka import TopicPartition

from shared import telemetry
from shared.errors import GabayError
from shared.eventsourcing.projection import Projection
from shared.messaging.broker import Broker
from shared.messaging.consume import Consumer, end_offsets
from shared.messaging.models import at_generation, drop_retired, next_generation, swap
from shared.messaging.opening import Opens
from shared.messaging.project import Projecting

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
    owner = await asyncpg.connect(owner_dsn, server_settings={"lock_timeout": "5s", "application_name": f"{projection.name}.rebuild"})
    try:
        if not await owner.fetchval(_TRY, projection.name):
            raise Busy(f"{projection.name} is being rebuilt already: wait for it, or end that process")
        version = await next_generation(owner, projection)
        building = at_generation(projection, version)
        sink = Projecting(building, sealer=sealer)
        read = 0
        # Twice: the second pass reads what came in during the first, so that readers do not go back in time at the swap.
        for _ in range(2):
            ends = await _ends(broker, building.topics)
            total = sum(ends.values())

            def wrote(records: int, total: int = total) -> None:
                nonlocal read
                read += records
                told(min(read, total), total)

            consumer = Consumer(
                sink,
                dsn=worker_dsn,
                broker=broker,
                max_records=max_records,
                search_path=f'"{building.schema}", public',
                grouped=False,
                replays=False,
                until=ends,
                wrote=wrote,
            )
            await consumer.run()
        await _swap(owner, projection, version)
        parked = await owner.fetchval(
            "select count(distinct stream_id) from parked where consumer = $1 and state = 'PARKED'", building.consumer
        )
        await drop_retired(owner, projection, older_than_hours=keep_hours)
        log.info("read_model_rebuilt", read_model=projection.name, generation=version, records=read)
        return Rebuilt(version, read, parked)
    finally:
        await owner.close()


async def rebuilding(connection: Any, name: str) -> bool:
    """Whether a read model is being rebuilt just now (a replay for it would meet a moving guard)."""
    return not await connection.fetchval(
        "select case when pg_try_advisory_lock(hashtextextended($1, 1)) then pg_advisory_unlock(hashtextextended($1, 1)) else false end",
        name,
    )


_TRY = "select pg_try_advisory_lock(hashtextextended($1, 1))"


async def _swap(owner: Any, projection: Projection, version: int) -> None:
    # Dropping a view waits for whoever reads it; a long reader must not hold up all others behind us, so: short, and again.
    for attempt in range(20):
        try:
            await swap(owner, projection, version)
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
            if attempt == 19:
                raise
            await asyncio.sleep(0.5)
        else:
            return


async def _ends(broker: Broker, topics: tuple[str, ...]) -> dict[TopicPartition, int]:
    known = await broker.partitions()
    return await end_offsets(broker, [TopicPartition(topic, p) for topic in topics for p in range(known.get(topic, 0))])
