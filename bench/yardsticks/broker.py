"""The limits that Kafka's client sets: S (send prepared records) and K (read a topic and do nothing)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from time import perf_counter

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import NewTopic

from bench.pair import Sample, VoidRun
from bench.stack import Stack
from shared.messaging.broker import Broker
from shared.messaging.cloudevents import Record
from shared.messaging.topics import Topic

PARTITIONS = 6


async def create(stack: Stack, name: str) -> None:
    """A topic with the settings of an event topic."""
    admin = Broker(stack.bootstrap).admin()
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, PARTITIONS, 1, topic_configs=Topic(name).settings())], timeout_ms=15_000)
    finally:
        await admin.close()


async def delete(stack: Stack, name: str) -> None:
    admin = Broker(stack.bootstrap).admin()
    await admin.start()
    try:
        await admin.delete_topics([name])
    finally:
        await admin.close()


async def send(stack: Stack, topic: str, records: Sequence[tuple[Record, int]], seconds: float, *, batch: int = 1000) -> Sample:
    """S: send (record, partition) with the relay's producer, awaiting `batch` at a time, again and again for `seconds`."""
    producer = Broker(stack.bootstrap).producer()
    await producer.start()
    try:
        await producer.partitions_for(topic)
        meter, done, at = stack.meter(py=[os.getpid()]), 0, 0
        meter.start()
        end = perf_counter() + seconds
        while perf_counter() < end:
            chunk = records[at : at + batch]
            at = at + batch if at + batch < len(records) else 0
            futures = [
                await producer.send(topic, record.value, record.key, partition, headers=record.headers) for record, partition in chunk
            ]
            await asyncio.gather(*futures)
            done += len(chunk)
        return Sample.of(done, meter.stop())
    finally:
        await producer.stop()


async def ends(stack: Stack, topics: Sequence[str]) -> dict[TopicPartition, int]:
    """End offset of every partition of these topics."""
    consumer = AIOKafkaConsumer(bootstrap_servers=stack.bootstrap)
    await consumer.start()
    try:
        places = [TopicPartition(topic, n) for topic in topics for n in range(PARTITIONS)]
        return dict(await consumer.end_offsets(places))
    finally:
        await consumer.stop()


async def read(stack: Stack, topics: Sequence[str]) -> Sample:
    """K: read the topics from their beginnings to their ends, 5,000 records a poll, and do nothing with them."""
    wanted = await ends(stack, topics)
    consumer = Broker(stack.bootstrap).consumer(group=None, partitions=len(wanted))
    await consumer.start()
    try:
        consumer.assign(list(wanted))
        for place in wanted:
            consumer.seek(place, 0)
        left = {place for place, end in wanted.items() if end}
        meter, done = stack.meter(py=[os.getpid()]), 0
        meter.start()
        while left:
            for place, records in (await consumer.getmany(max_records=5000, timeout_ms=1000)).items():
                done += len(records)
                if records and records[-1].offset + 1 >= wanted[place]:
                    left.discard(place)
        return Sample.of(done, meter.stop())
    finally:
        await consumer.stop()


async def in_order(stack: Stack, topic: str) -> int:
    """Count the records of a topic. Raises VoidRun unless the versions of each stream are 1, 2, 3 ... in order."""
    wanted = await ends(stack, [topic])
    consumer = Broker(stack.bootstrap).consumer(group=None, partitions=len(wanted))
    await consumer.start()
    try:
        consumer.assign(list(wanted))
        for place in wanted:
            consumer.seek(place, 0)
        left, count = {place for place, end in wanted.items() if end}, 0
        versions: dict[bytes, int] = {}
        while left:
            for place, records in (await consumer.getmany(max_records=5000, timeout_ms=1000)).items():
                for record in records:
                    version = int(dict(record.headers)["ce_sequence"])
                    if version != versions.get(record.key, 0) + 1:
                        raise VoidRun(f"{topic}: a stream goes from version {versions.get(record.key, 0)} to {version}")
                    versions[record.key] = version
                count += len(records)
                if records and records[-1].offset + 1 >= wanted[place]:
                    left.discard(place)
        return count
    finally:
        await consumer.stop()
