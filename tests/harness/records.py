"""Records of a topic made from the corpus: whole streams, as a relay would have sent them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID, uuid5

import orjson

from cli.contracts import corpus
from shared.messaging.broker import Broker, let_go
from shared.messaging.cloudevents import Record
from shared.messaging.partition import partition_of
from shared.messaging.topics import BY_NAME

SPACE = UUID("0f0e4c56-7f0d-4b8a-9a3c-3d4a5b6c7d8e")


def streams(
    topic: str, many: int, versions: int, types: Sequence[str] = ("case-opened", "service-delivered"), seed: str = ""
) -> Iterator[Record]:
    """So many streams of a topic, one version of each after the other; their types come round in turn."""
    service = topic.partition(".")[0]
    kept = [corpus.read(corpus.GOLDEN / service / name / "1.0" / "full.json") for name in types]
    for version in range(1, versions + 1):
        for n in range(many):
            stream = str(uuid5(SPACE, f"{seed}{topic}/{n}"))
            record = kept[0] if version == 1 else kept[1 + (version - 2) % (len(kept) - 1)]
            event = str(uuid5(SPACE, f"{stream}/{version}"))
            headers = {
                **record["headers"], "ce_id": event, "ce_subject": stream, "ce_partitionkey": stream, "ce_sequence": f"{version:010d}",
            }  # fmt: skip
            value = {**record["value"]} | ({"service_id": event} if "service_id" in record["value"] else {})
            yield Record(topic, stream.encode(), orjson.dumps(value), [(name, text.encode()) for name, text in headers.items()])


async def publish(broker: Broker, records: Iterator[Record] | Sequence[Record]) -> None:
    """Send them as a relay does."""
    producer = broker.producer()
    await producer.start()
    try:
        sent = []
        for each in records:
            parts = BY_NAME[each.topic].partitions if each.topic in BY_NAME else 6
            sent.append(
                await producer.send(each.topic, each.value, key=each.key, partition=partition_of(each.key, parts), headers=each.headers)
            )
        for future in sent:
            await future
    finally:
        await let_go(producer)
