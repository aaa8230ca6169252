"""The process: one consumer with an integrator's principal, one deliverer per endpoint, one file between them."""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, Final

import orjson
from aiokafka import TopicPartition

from shared import telemetry
from shared.errors import GabayError
from shared.eventsourcing.projection import Fact
from shared.messaging.broker import Broker, let_go
from shared.messaging.cloudevents import decode
from shared.webhooks.deliver import Deliverer
from shared.webhooks.endpoint import Endpoint
from shared.webhooks.queue import Queue

log = telemetry.logger()
LOOK_AGAIN_S: Final = 60  # whether a replay has filled a hole; the alert StreamHole counts each look that finds it open
MOST_WAITING: Final = 100_000  # facts for endpoints that are still there; more stay on the topic, where they are kept anyway


class Missed(GabayError):
    """A version of a stream is missing on the topic; nothing more is read until a replay has brought it."""

    def __init__(self, consumer: str, topic: str, stream: str, applied: int, version: int) -> None:
        super().__init__(
            f"stream {stream} jumps from version {applied} to {version}: "
            f"gabay replay {topic} --for {consumer} --stream {stream} --from-version {applied + 1}"
        )
        self.stream, self.applied, self.version = stream, applied, version


def body(fact: Fact) -> bytes:
    """The fact as a structured CloudEvent, the same bytes at each try."""
    attributes = {
        "specversion": "1.0", "id": fact.event_id, "source": fact.source, "type": fact.type, "subject": fact.stream,
        "time": fact.occurred_at, "datacontenttype": "application/json", "recordedtime": fact.recorded_at,
        "sequence": f"{fact.version:010d}", "partitionkey": fact.stream, "correlationid": fact.correlation_id,
        "causationid": fact.causation_id, "data": fact.data,
    }  # fmt: skip
    return orjson.dumps(attributes)


class Sender:
    """What `gabay webhooks run` keeps running. topics: of the agreement; consumer: `integrator.<name>`."""

    look_again_s = LOOK_AGAIN_S

    def __init__(self, broker: Broker, topics: Sequence[str], endpoints: Sequence[Endpoint], queue: Queue, consumer: str) -> None:
        self._broker, self._topics, self._endpoints, self._queue, self._consumer = broker, topics, endpoints, queue, consumer

    async def run(self) -> None:
        """Until cancelled. Copies on request are read first."""
        deliverers = [Deliverer(endpoint, self._queue) for endpoint in self._endpoints]
        tasks = [asyncio.ensure_future(self._reading()), *(asyncio.ensure_future(each.run()) for each in deliverers)]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.gather(*tasks, return_exceptions=True)
            for each in deliverers:
                await each.close()

    async def _reading(self) -> None:
        """What is in the queue is delivered meanwhile; nothing more is read at a hole until a replay has brought what is missing."""
        self._count(0)  # or its first count would be no increase to Prometheus
        while True:
            try:
                await self.read()
            except Missed as hole:
                self._stopped(hole)
            await asyncio.sleep(self.look_again_s)

    def _stopped(self, hole: Missed) -> None:
        self._count(1)
        log.error("stream_hole", consumer=self._consumer, stream=hole.stream, version=hole.version, since=hole.applied)

    def _count(self, holes: int) -> None:
        telemetry.STREAM_HOLES.add(holes, {"consumer": self._consumer})

    async def read(self, *, once: bool = False) -> int:
        """From the topics into the queue; returns how many facts were new."""
        known = await self._broker.partitions()
        copies = [name for topic in self._topics if (name := f"replay.{self._consumer}.{topic}") in known]
        new = await self._read(copies, known, once=True) if copies else 0
        return new + await self._read(self._topics, known, once=once)

    async def again(self, endpoint: Endpoint, *, stream: str = "", since: str = "") -> int:
        """Let facts that were read already wait for an endpoint once more; returns how many. Receivers know them by their ids."""
        known = await self._broker.partitions()
        count = 0
        async for _, _, facts in self._batches(self._topics, known, once=True, stored=False):
            with self._queue.transaction():
                for fact in facts:
                    read = fact.version <= self._queue.version(fact.stream)
                    if read and endpoint.takes(fact.type) and fact.stream.startswith(stream) and fact.recorded_at >= since:
                        count += self._queue.add([endpoint.name], fact.stream, fact.version, fact.event_id, body(fact))
        return count

    async def _read(self, topics: Iterable[str], known: dict[str, int], *, once: bool) -> int:
        new = 0
        async for place, last, facts in self._batches(topics, known, once=once, stored=True):
            with self._queue.transaction():
                for fact in facts:
                    seen = self._queue.version(fact.stream)
                    if fact.version <= seen:
                        continue
                    if fact.version > seen + 1:
                        topic = place.topic.removeprefix(f"replay.{self._consumer}.")
                        raise Missed(self._consumer, topic, fact.stream, seen, fact.version)
                    wanted = [each.name for each in self._endpoints if each.takes(fact.type)]
                    self._queue.add(wanted, fact.stream, fact.version, fact.event_id, body(fact))
                    self._queue.saw(fact.stream, fact.version)
                    new += 1
                self._queue.go_on_from(place.topic, place.partition, last + 1)
        return new

    async def _batches(self, topics: Iterable[str], known: dict[str, int], *, once: bool, stored: bool) -> Any:
        parts = [TopicPartition(topic, part) for topic in topics for part in range(known[topic])]
        kafka = self._broker.consumer(group=None, partitions=len(parts))
        await asyncio.wait_for(kafka.start(), 30)
        try:
            kafka.assign(parts)
            first, ends = await kafka.beginning_offsets(parts), await kafka.end_offsets(parts)
            for part in parts:
                place = self._queue.offset(part.topic, part.partition) if stored else None
                # Copies on request live seven days and are made again: the versions seen pass over what is known.
                made_anew = part.topic.startswith("replay.") and place is not None and not first[part] <= place <= ends[part]
                kafka.seek(part, first[part] if place is None or made_anew else place)
            while not once or any([await kafka.position(part) < ends[part] for part in parts]):
                if not once and sum(self._queue.waiting(each.name) for each in self._endpoints) >= MOST_WAITING:
                    await asyncio.sleep(1)
                    continue
                for part, records in (await kafka.getmany(timeout_ms=200, max_records=500)).items():
                    yield part, records[-1].offset, [decode(record) for record in records]
        finally:
            await let_go(kafka)
