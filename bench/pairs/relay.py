"""`relay` and `relay_sink`: the outbox to a real broker beside sending prepared records, and to nowhere beside reading it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Any

from bench.corpus import Corpus
from bench.pair import Pair, Sample, VoidRun
from bench.stack import Stack
from bench.yardsticks import broker, database
from shared.contracts.intake.client import CLIENT
from shared.contracts.intake.encounter import ENCOUNTER
from shared.eventsourcing.event import Aggregate
from shared.messaging.broker import Broker
from shared.messaging.cloudevents import Encoder, Record
from shared.messaging.partition import partition_of
from shared.messaging.relay import Flight, Relay

A_SECOND = 30_000  # events in the outbox for each second that a cell should last


class Counted(Relay):
    """A relay that stops when it has sent a number of events, and says when that was."""

    def __init__(self, *args: Any, until: int, reached: Callable[[], None], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._left, self._reached = until, reached

    def _landed(self, flight: Flight) -> None:
        super()._landed(flight)
        self._left -= len(flight.rows)
        if self._left <= 0:
            self._reached()
            self.stop()


class RelayPair:
    """A full outbox relayed until it is empty."""

    unit = "events/s"
    concurrency = "-"

    def __init__(self, name: str, yardstick: str, bar: float, ambitious: float) -> None:
        self.name, self.yardstick_name = name, yardstick
        self.bar, self.ambitious = bar, ambitious
        self.needs = frozenset({"kafka"}) if yardstick == "S" else frozenset[str]()
        self._topic = ""
        self._cells = 0
        self._rows: list[database.Stored] = []

    async def prepare(self, stack: Stack, corpus: Corpus) -> None:
        self.stack, self.corpus = stack, corpus

    def _stored(self, seconds: float) -> list[database.Stored]:
        number = max(10_000, round(A_SECOND * seconds))
        if len(self._rows) < number:
            self._rows = database.rows(list(self.corpus.stored(number)))
        return self._rows[:number]

    def _aggregates(self) -> list[Aggregate]:
        """The real ones under a major of this cell's own, so that each cell has a topic of its own."""
        return [Aggregate("intake", each.name, *each.events.values(), major=1000 + self._cells) for each in (CLIENT, ENCOUNTER)]

    async def yardstick(self, seconds: float) -> Sample:
        stored = self._stored(seconds)
        if self.yardstick_name == "R":
            return await database.outbox(self.stack, stored)
        self._cells += 1
        topic = f"bench.send.v{self._cells}"
        await broker.create(self.stack, topic)
        encoder = Encoder("bench", self._aggregates())
        records: list[tuple[Record, int]] = []
        for row in stored[:20_000]:
            event_id, stream, version, kind, type_, schema, data, _, occurred, recorded = row
            record = encoder.encode((0, event_id, stream, version, kind, type_, schema, data, CHAIN, CHAIN, None, occurred, recorded))
            records.append((record, partition_of(record.key, broker.PARTITIONS)))
        sample = await broker.send(self.stack, topic, records, seconds)
        await broker.delete(self.stack, topic)
        return sample

    async def subject(self, seconds: float) -> Sample:
        stored = self._stored(seconds)
        self._cells += 1
        aggregates = self._aggregates()
        self._database = await self.stack.fresh()
        await database.fill(self.stack, self._database, stored)
        if self.yardstick_name == "S":
            for each in aggregates:
                await broker.create(self.stack, each.topic)
        target = Broker(self.stack.bootstrap) if self.yardstick_name == "S" else Nowhere()
        loop = asyncio.get_running_loop()
        reached: asyncio.Future[None] = loop.create_future()
        relay = Counted(
            self.stack.dsn("intake_worker", self._database), target, Encoder("bench", aggregates), service="intake",
            until=len(stored), reached=lambda: reached.set_result(None),
        )  # fmt: skip
        meter = self.stack.meter(py=[os.getpid()])
        meter.start()
        running = asyncio.create_task(relay.run())
        await asyncio.wait((reached, running), timeout=120, return_when=asyncio.FIRST_COMPLETED)
        if not reached.done():
            raise VoidRun(f"{self.name}: the relay did not empty the outbox")
        sample = Sample.of(len(stored), meter.stop())
        await running
        self._published, self._expected = aggregates, len(stored)
        return sample

    async def check(self) -> None:
        async with self.stack.superuser(self._database) as connection:
            left = await connection.fetchval("select count(*) from outbox")
        await self.stack.drop(self._database)
        if left:
            raise VoidRun(f"{self.name}: {left} pointers are left")
        if self.yardstick_name == "S":
            found = sum([await broker.in_order(self.stack, each.topic) for each in self._published])
            for each in self._published:
                await broker.delete(self.stack, each.topic)
            if found != self._expected:
                raise VoidRun(f"{self.name}: {found} records published of {self._expected} events")

    async def close(self) -> None:
        self._rows = []


CHAIN = "65bb1a8d-611b-572d-9eb0-278b3cab19dc"


class Nowhere(Broker):
    """A broker that takes everything and keeps nothing."""

    def __init__(self) -> None:
        super().__init__("")

    def producer(self) -> Any:
        return _Sink()


class _Sink:
    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def partitions_for(self, topic: str) -> set[int]:
        return set(range(broker.PARTITIONS))

    def create_batch(self) -> _Batch:
        return _Batch()

    async def send_batch(self, batch: _Batch, topic: str, *, partition: int) -> asyncio.Future[None]:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done


class _Batch:
    def append(self, **record: Any) -> bool:
        return True


def pairs() -> list[Pair]:
    return [RelayPair("relay_sink", "R", 0.40, 0.60), RelayPair("relay", "S", 0.50, 0.70)]
