"""Where a consumer goes on: from Postgres, where positions commit with what was written, held against what Kafka still has."""

import asyncio
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import OffsetOutOfRangeError

from shared.eventsourcing.sql import statements
from shared.messaging.broker import Broker, let_go
from shared.messaging.failures import Restart

SQL = statements(__package__)


async def positions(connection: Any, name: str, kafka: AIOKafkaConsumer, partitions: set[TopicPartition]) -> dict[TopicPartition, int]:
    """Where each partition goes on for the consumer of this name. Raises Restart when the log no longer holds that offset, or not yet."""
    first = await kafka.beginning_offsets(list(partitions))
    end = await kafka.end_offsets(list(partitions))
    rows = await connection.fetch(SQL.read_consumed, name, list({tp.topic for tp in partitions}))
    known = {TopicPartition(row[0], row[1]): row[2] for row in rows}
    following = {}
    for tp in partitions:
        following[tp] = known.get(tp, first[tp])
        if first[tp] <= following[tp] <= end[tp]:
            continue
        if tp.topic.startswith("replay."):
            # Copies on request live seven days and are made again: the guard skips what is known.
            following[tp] = first[tp]
            await connection.execute(SQL.rewind_consumed, name, [tp.topic], [tp.partition], [first[tp]])
        else:
            raise Restart(_lost(name, tp, following[tp], first[tp]))
    places = sorted(following)
    await connection.execute(
        SQL.start_consumed,
        name,
        [tp.topic for tp in places],
        [tp.partition for tp in places],
        [following[tp] for tp in places],
    )
    return following


async def out_of_range(name: str, kafka: AIOKafkaConsumer, error: OffsetOutOfRangeError) -> Restart:
    """What an operator has to hear of a poll at an offset that the log does not hold."""
    for tp, offset in error.args[0].items():
        first = await kafka.beginning_offsets([tp])
        return Restart(_lost(name, tp, offset, first[tp]))
    return Restart(f"{name}: an offset is out of range")


def _lost(name: str, tp: TopicPartition, offset: int, first: int) -> str:
    where = f"{name}: offset {offset} of {tp.topic} {tp.partition}"
    if offset < first:
        return f"{where} is no longer on the topic, which begins at {first}: rebuild needed: ./gabay rebuild <service>.<read model>"
    return f"{where} is not on the topic: topic was recreated: ./gabay consumers rewind {name}"


async def end_offsets(broker: Broker, parts: list[TopicPartition]) -> dict[TopicPartition, int]:
    """Where each partition ends now."""
    kafka = broker.consumer(group=None, partitions=len(parts))
    try:
        async with asyncio.timeout(30):
            await kafka.start()
            ends: dict[TopicPartition, int] = await kafka.end_offsets(parts)
            return ends
    finally:
        await let_go(kafka)
