"""Reading whole topics, as any subscriber could."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from shared.messaging.topics import BY_NAME


@dataclass(frozen=True, slots=True)
class Record:
    """One record. headers: name -> text; value: bytes as they stand."""

    topic: str
    partition: int
    offset: int
    key: bytes
    headers: dict[str, str]
    value: bytes
    raw: Any = field(repr=False, compare=False, default=None)

    @property
    def stream(self) -> str:
        return self.headers["ce_subject"]

    @property
    def version(self) -> int:
        return int(self.headers["ce_sequence"])


async def read_topics(
    bootstrap: str, topics: Iterable[str], seconds: float = 60, *, partitions: Mapping[str, int] | None = None
) -> list[Record]:
    """All records from offset 0 to the ends that the topics have now, in order per partition. partitions: of topics not in the table."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, group_id=None, enable_auto_commit=False, isolation_level="read_committed", auto_offset_reset="none"
    )
    await consumer.start()
    try:
        async with asyncio.timeout(seconds):
            return await _read(consumer, list(topics), {name: each.partitions for name, each in BY_NAME.items()} | dict(partitions or {}))
    finally:
        await consumer.stop()


async def _read(consumer: AIOKafkaConsumer, topics: list[str], partitions: Mapping[str, int]) -> list[Record]:
    known = await consumer.topics()
    if missing := set(topics) - known:
        raise AssertionError(f"topics that do not exist: {sorted(missing)}")
    # From our own table: aiokafka knows the partitions of a topic only some time after it first heard of the topic.
    places = [TopicPartition(name, number) for name in topics for number in range(partitions[name])]
    consumer.assign(places)
    ends = await consumer.end_offsets(places)
    for place, first in (await consumer.beginning_offsets(places)).items():
        consumer.seek(place, first)
    records: list[Record] = []
    left = {place: end for place, end in ends.items() if end}
    while left:
        for got in (await consumer.getmany(timeout_ms=500)).values():
            for each in got:
                headers = {name: value.decode(errors="replace") for name, value in each.headers}
                records.append(Record(each.topic, each.partition, each.offset, each.key, headers, each.value, each))
        for place in [place for place, end in left.items() if await consumer.position(place) >= end]:
            del left[place]
    return records


async def send_again(bootstrap: str, records: Iterable[Record]) -> None:
    """Put copies of records on their topics, byte for byte: a relay that died between acknowledgement and commit does so."""
    async with _producer(bootstrap) as producer:
        for each in records:
            await producer.send(each.topic, each.value, key=each.key, partition=each.partition, headers=list(each.raw.headers))
        await producer.flush()


async def send_as(bootstrap: str, pattern: Record, stream: str, version: int, value: bytes) -> None:
    """Put a record on a topic that looks like another, but for its stream, version and value."""
    changed = {"ce_subject": stream, "ce_partitionkey": stream, "ce_sequence": f"{version:010d}", "ce_id": str(uuid4())}
    headers = [(name, changed.get(name, said.decode()).encode()) for name, said in pattern.raw.headers]
    async with _producer(bootstrap) as producer:
        await producer.send_and_wait(pattern.topic, value, key=stream.encode(), partition=pattern.partition, headers=headers)


@asynccontextmanager
async def _producer(bootstrap: str) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()
