"""From the store to the topics: every committed event, at least once, in order per stream (messaging chapter, 4).

One transaction takes pointers out of the outbox, its events are sent, every acknowledgement is awaited, then it commits.
A crash in between brings the pointers back, and the events go out again with the same `ce_id`.

The next batch is read and encoded while the acknowledgements of this one are on their way; it is sent behind it by the
same idempotent producer and commits only after it. So a stream's versions keep their order: a later version is visible
to a query only if the earlier ones are, and those are either in flight before it or in its own batch.
"""

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from typing import Any

import asyncpg
from aiokafka import AIOKafkaProducer
from opentelemetry.trace import SpanKind

from shared import telemetry
from shared.eventsourcing.sql import statements
from shared.messaging.broker import Broker, let_go
from shared.messaging.cloudevents import Encoder
from shared.messaging.failures import EXIT_RESTART, Backoff, Restart, judge
from shared.messaging.partition import partition_of
from shared.messaging.progress import Progress
from shared.messaging.session import connect
from shared.messaging.tracing import Sends

SQL = statements(__package__)
log = telemetry.logger()


class Flight:
    """One batch between its query and its commit, on a connection of its own."""

    def __init__(self, connection: "asyncpg.Connection[Any]", transaction: Any, rows: Sequence[Any]) -> None:
        self.connection, self.transaction, self.rows = connection, transaction, rows
        self.positions = [row[0] for row in rows]
        self.acknowledged: list[asyncio.Future[Any]] = []
        self.sends = Sends()

    async def settle(self, seconds: float) -> None:
        """Await the acknowledgements, then forget the pointers for good."""
        try:
            if self.acknowledged:
                await asyncio.wait_for(asyncio.gather(*self.acknowledged), seconds)
            await self.transaction.commit()
        finally:
            self.sends.end()


class Relay:
    """The relay of one service. Two of them are safe: row locks keep them off each other's batches.

    limit: events a transaction; poll_ms: shortest and longest pause while the outbox is empty.
    """

    ACKNOWLEDGE_S = 15.0
    STOP_S = 5.0

    def __init__(
        self,
        dsn: str,
        broker: Broker,
        encoder: Encoder,
        *,
        service: str,
        limit: int = 1000,
        poll_ms: tuple[int, int] = (20, 250),
        leave: Callable[[int], Any] = os._exit,
    ) -> None:
        self.dsn, self.broker, self.encoder, self.service = dsn, broker, encoder, service
        self.limit, self.poll = limit, (poll_ms[0] / 1000, poll_ms[1] / 1000)
        self.progress = Progress(f"{service}.relay")
        self._leave = leave
        self._woken = asyncio.Event()
        self._stopping = False
        self._producer: AIOKafkaProducer | None = None
        self._partitions: dict[str, int] = {}
        self._connections: list[asyncpg.Connection[Any]] = []
        self._free: list[asyncpg.Connection[Any]] = []
        self._labels = {"service": service}

    def wake(self) -> None:
        """Look at the outbox now: this process has just appended."""
        self._woken.set()

    def stop(self) -> None:
        """Finish the batches in flight and return from `run`."""
        self._stopping = True
        self._woken.set()

    async def run(self) -> None:
        """Relay until `stop`. Raises Restart for what no repetition heals: an unknown topic, a missing right."""
        backoff = Backoff(0.2, 5.0)
        while not self._stopping:
            try:
                await self._relay(backoff)
            except Exception as error:
                if judge(error) == "fatal":
                    log.exception("relay_stopped")
                    raise _explained(error) from error
                self.progress.state = "retrying"
                log.warning("relay_retries", exception=type(error).__name__)
            finally:
                await self._abandon()
            if not self._stopping:
                telemetry.RELAY_RESETS.add(1, self._labels)
                await backoff.wait()
        self.progress.state = "stopped"

    async def _relay(self, backoff: Backoff) -> None:
        producer = self._producer = self.broker.producer()
        await asyncio.wait_for(producer.start(), self.ACKNOWLEDGE_S)
        flying: asyncio.Task[None] | None = None
        before: Flight | None = None
        pause = self.poll[0]
        try:
            while True:
                self._woken.clear()
                began = time.monotonic()
                flight = await self._take(before)
                if flight:
                    await self._send(producer, flight)
                if flying and before:
                    await flying
                    self._landed(before)
                    flying = before = None
                    backoff.reset()
                self.progress.completed()
                self.progress.state = "ok"
                if flight:
                    before = flight
                    flying = asyncio.create_task(flight.settle(self.ACKNOWLEDGE_S))
                    pause = self.poll[0]
                    if len(flight.rows) < self.limit:
                        # Few events: waiting for their commit costs nothing and lets the next query see more of them. Nor
                        # does the next pass come sooner than a poll would: each one costs two flushes and a round trip to
                        # the broker, and every batch of ours becomes one of each consumer.
                        await flying
                        self._landed(flight)
                        flying = before = None
                        if not self._stopping:
                            await asyncio.sleep(max(0.0, self.poll[0] - (time.monotonic() - began)))
                elif self._stopping:
                    return
                else:
                    pause = await self._rest(pause)
        finally:
            if flying:
                flying.cancel()
                await asyncio.gather(flying, return_exceptions=True)

    async def _rest(self, pause: float) -> float:
        """Sleep while the outbox is empty, longer each time; returns the next pause."""
        try:
            async with asyncio.timeout(pause):
                await self._woken.wait()
        except TimeoutError:
            return min(self.poll[1], pause * 1.3)
        return self.poll[0]

    async def _take(self, before: Flight | None) -> Flight | None:
        if self._stopping:
            return None
        connection = self._free.pop() if self._free else await self._connect()
        if before is None and not await connection.fetchval("select exists (select from outbox)"):
            self._free.append(connection)  # one round trip instead of three while nothing happens
            return None
        transaction = connection.transaction()
        await transaction.start()
        rows = await connection.fetch(SQL.take_outbox, self.limit, before.positions if before else [])
        if not rows:
            await transaction.rollback()
            self._free.append(connection)
            return None
        return Flight(connection, transaction, rows)

    async def _send(self, producer: AIOKafkaProducer, flight: Flight) -> None:
        """Hand a batch to the producer, grouped by partition: one future for each group, not for each record."""
        telemetry.begin()
        traces = (row[10] for row in flight.rows)
        sends = flight.sends if telemetry.enabled() else None
        with telemetry.span("relay batch", SpanKind.PRODUCER, traces=traces, messaging_batch_message_count=len(flight.rows)):
            hop = (telemetry.traceparent() or "").encode()
            builders: dict[tuple[str, int], list[Any]] = {}
            encode = self.encoder.encode
            now = int(time.time() * 1000)
            for row in flight.rows:
                topic, key, value, headers = encode(row, hop)
                if sends:
                    headers[-1] = sends.header(topic, row[10])
                partitions = self._partitions.get(topic) or await self._count(producer, topic)
                place = (topic, partition_of(key, partitions))
                batches = builders.get(place)
                if batches is None:
                    batches = builders[place] = [producer.create_batch()]
                if batches[-1].append(timestamp=now, key=key, value=value, headers=headers) is None:
                    batches.append(producer.create_batch())
                    batches[-1].append(timestamp=now, key=key, value=value, headers=headers)
            if sends:
                sends.handed_over()
            for (topic, partition), batches in builders.items():
                for batch in batches:
                    future = await asyncio.wait_for(producer.send_batch(batch, topic, partition=partition), self.ACKNOWLEDGE_S)
                    flight.acknowledged.append(future)

    async def _count(self, producer: AIOKafkaProducer, topic: str) -> int:
        count = len(await asyncio.wait_for(producer.partitions_for(topic), self.ACKNOWLEDGE_S))
        self._partitions[topic] = count
        return count

    def _landed(self, flight: Flight) -> None:
        self._free.append(flight.connection)
        self.progress.wrote(len(flight.rows))
        telemetry.RELAY_RECORDS.add(len(flight.rows), self._labels)

    async def _connect(self) -> "asyncpg.Connection[Any]":
        connection = await connect(self.dsn, f"{self.service}.relay")
        self._connections.append(connection)
        return connection

    async def _abandon(self) -> None:
        """Roll everything back and let the producer go."""
        for connection in self._connections:
            connection.terminate()
        self._connections.clear()
        self._free.clear()
        producer, self._producer = self._producer, None
        if producer is None:
            return
        # A fresh producer after any error: an idempotent aiokafka 0.14 producer that lost its sequence keeps failing
        # with OutOfOrderSequenceNumber until it is made anew (aio-libs/aiokafka#1017).
        if not await let_go(producer, self.STOP_S):
            # With the broker down `stop` hangs (#1101), and a producer left behind would deliver its buffer when the
            # broker returns, long after this process sent the same events in another order. Only its end ends it.
            log.critical("relay_producer_hangs", exit_code=EXIT_RESTART)
            self._leave(EXIT_RESTART)


def _explained(error: Exception) -> Restart:
    """What an operator should do about an error that no repetition heals."""
    if isinstance(error, Restart):
        return error
    return Restart(
        f"the relay stopped at {type(error).__name__} and skips nothing. Unknown topic: ./gabay topics list; "
        "authorisation: ./gabay acl check; record too large: see the runbook on the outbox."
    )
