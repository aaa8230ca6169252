"""Until when everything that was recorded is counted: looked at from beside the consumer, never by it.

Every few seconds the ends of the partitions are noted. Once the consumer has read up to an end that was noted at an
instant, everything published before that instant is counted; so a quiet partition is known up to now, and under load the
watermark follows at the consumer's own distance. Readers subtract the time that a fact may need from its store to its topic.
"""

import asyncio
from collections import deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from services.reporting.facts.projection import facts
from shared import telemetry
from shared.messaging.broker import Broker
from shared.messaging.failures import judge
from shared.messaging.models import at_generation, live_generation

if TYPE_CHECKING:
    from shared.compose import Parts

Ends = dict[TopicPartition, int]

EVERY_S = 2.0
NOTES = 900  # half an hour of looks; an older backlog is told by the oldest of them

_OFFSETS = "select topic, partition, next from consumed where consumer = $1"
_WRITE = """
insert into "{schema}".watermark as w (topic, partition, at)
select * from unnest($1::text[], $2::integer[], $3::timestamptz[])
    on conflict (topic, partition) do update set at = greatest(w.at, excluded.at)
"""

log = telemetry.logger()


async def watch_watermark(parts: "Parts") -> None:
    """A loop of the worker; runs until it is cancelled and survives a broker or database that is away."""
    broker = Broker.of(parts.settings)
    while True:
        kafka = broker.consumer(group=None, partitions=24)
        try:
            await kafka.start()
            partitions = await broker.partitions()
            places = [TopicPartition(t, number) for t in facts.topics for number in range(partitions[t])]
            await _watch(kafka, places, parts.pool)
        except Exception as error:
            if not isinstance(error, KafkaError) and judge(error) != "transient":
                raise
            log.warning("watermark_waits", exception=type(error).__name__)
            await asyncio.sleep(EVERY_S)
        finally:
            await kafka.stop()


async def _watch(kafka: AIOKafkaConsumer, places: list[TopicPartition], pool: Any) -> None:
    notes: deque[tuple[datetime, Ends]] = deque(maxlen=NOTES)
    while True:
        now = datetime.now(UTC)
        notes.append((now, await kafka.end_offsets(places)))
        version = await live_generation(pool, facts)
        if version is not None:
            current = at_generation(facts, version)
            read = {TopicPartition(r[0], r[1]): r[2] for r in await pool.fetch(_OFFSETS, current.consumer)}
            known = [(place, read_until(place, read.get(place), notes)) for place in places]
            told = [(place.topic, place.partition, at) for place, at in known]
            await pool.execute(_WRITE.format(schema=current.schema), *map(list, zip(*told, strict=True)))
        await asyncio.sleep(EVERY_S)


def read_until(place: TopicPartition, following: int | None, notes: deque[tuple[datetime, Ends]]) -> datetime:
    """The latest note whose end the consumer has reached; the year 1 if it has reached none. following: its next offset."""
    return next((at for at, ends in reversed(notes) if (following or 0) >= ends[place]), datetime.min.replace(tzinfo=UTC))
