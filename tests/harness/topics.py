"""Reading whole topics, as any subscriber could."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition


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


async def read_topics(bootstrap: str, topics: Iterable[str], seconds: float = 60) -> list[Record]:
    """All records from offset 0 to the ends that the topics have now, in order per partition."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, group_id=None, enable_auto_commit=False, isolation_level="read_committed", auto_offset_reset="none"
    )
    await consumer.start()
    try:
        async with asyncio.timeout(seconds):
            return await _read(consumer, list(topics))
    finally:
        await consumer.stop()


async def _read(consumer: AIOKafkaConsumer, topics: list[str]) -> list[Record]:
    known = await consumer.topics()
    if missing := set(topics) - known:
        raise AssertionError(f"topics that do not exist: {sorted(missing)}")
    places = []
    for topic in topics:
        # The client learns a topic's partitions when it first hears of the topic.
        consumer.assign([TopicPartition(topic, 0)])
        places += [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or {0}]
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


async def send_again(bootstrap: str, records: Iterable[Record]) -> int:
    """Put copies of records on their topics, byte for byte: a relay that died between acknowledgement and commit does so."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True)
    await producer.start()
    count = 0
    try:
        for each in records:
            await producer.send(each.topic, each.value, key=each.key, partition=each.partition, headers=list(each.raw.headers))
            count += 1
        await producer.flush()
    finally:
        await producer.stop()
    return count
