"""The consumer loop of every worker, live and in rebuild (messaging chapter, section 5).

Positions come from Postgres, where they commit with what was written (`positions`); Kafka's own are a hint for lag tools.
While one batch is written the next is fetched, decoded and opened. Which partitions those are of is the business of
`assignment`.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, Protocol

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError, OffsetOutOfRangeError

from shared import telemetry
from shared.errors import Hole
from shared.messaging import lag
from shared.messaging.assignment import Assignment, Listener
from shared.messaging.batch import Batch, Place, Reader
from shared.messaging.broker import Broker, let_go
from shared.messaging.failures import Backoff, Restart, judge
from shared.messaging.guard import Rewound, Sieve
from shared.messaging.positions import end_offsets, out_of_range
from shared.messaging.progress import Progress
from shared.messaging.session import connect, speak_wire
from shared.messaging.tracing import consuming

log = telemetry.logger()


class Sink(Protocol):
    """What becomes of a batch: `Projecting`, `Reacting`."""

    name: str
    topics: tuple[str, ...]
    reader: Reader

    async def open(self, batch: Batch) -> None: ...

    async def write(self, connection: Any, batch: Batch, expected: Mapping[Place, int], *, careful: bool = False) -> Sieve: ...


Ahead = asyncio.Queue[Batch | Exception | None]


class Consumer:
    """One consumer: its Kafka client, its connection, its position.

    grouped: share partitions with other processes under the consumer's name (live), or take all (rebuild, replay).
    sharing: how many consumers this process runs, since they share its memory.
    until: stop when every partition is read up to here.
    """

    # A poll answers as soon as there is something: this is how often a loop with nothing to do says that it lives, or one
    # that reads to an end looks whether it is there.
    POLL_MS, LAST_POLL_MS = 1000, 100
    # Polls that find little come no closer than this. Under a steady stream each batch would else hold what came during
    # the last transaction, and its round trips and flush would be paid for a dozen records: 37 us a record instead of 12.
    PACE_S = 0.03
    # An import is no desk: while this many records a second come, the next batch is left to grow.
    BULK_RATE, BULK_PACE_S = 2500, 0.25  # at 1,000 a busy desk counted as one: half a second until its arrivals were seen
    # Records that a process may hold decoded, of all its consumers: one is 6 to 8 KB with its headers and its JSON. Seven
    # consumers that read on after an hour's outage would else hold 200 MB of them.
    IN_HAND = 8000
    SLICE = 200  # records that are decoded before anybody else has a turn: half a millisecond
    HINT_S = 5.0

    def __init__(
        self,
        sink: Sink,
        *,
        dsn: str,
        broker: Broker,
        max_records: int = 2000,
        search_path: str = "public",
        topics: Iterable[str] | None = None,
        grouped: bool = True,
        sharing: int = 1,
        replays: bool = True,
        until: Mapping[TopicPartition, int] | None = None,
        wrote: Callable[[int], Any] | None = None,
    ) -> None:
        self.sink, self.name, self.broker = sink, sink.name, broker
        self.topics = sink.topics if topics is None else tuple(topics)
        self.progress = Progress(self.name)
        self._dsn, self._search_path, self._sharing = dsn, search_path, sharing
        # A batch is written while the next one is read: each consumer has two in hand. One that is alone has three.
        self._max = min(max_records, self.IN_HAND // ((3 if sharing == 1 else 2) * sharing))
        self._grouped, self._replays, self._until, self._wrote = grouped, replays, until, wrote
        self._connection: asyncpg.Connection[Any] | None = None
        self.stopping = asyncio.Event()
        self.assignment = Assignment(self)
        self._not_before = self._since = 0.0
        self._taken, self._bulk = 0, False
        self._labels = {"consumer": self.name}
        self._kafka: AIOKafkaConsumer | None = None
        self._hand: list[Batch] = []  # read, and not written yet: at most three

    async def run(self) -> None:
        """Consume until `stop`, or `until` is reached. Raises Restart or Hole for what needs an operator."""
        backoff = Backoff(0.2, 5.0)
        try:
            while not self.stopping.is_set():
                try:
                    if self._replays:
                        await self._drain_replays()
                        self._replays = False
                    await self._session()
                    if self._until is not None:
                        return
                except Exception as error:
                    if judge(error) != "transient":
                        self._told(error)
                        raise
                    self.progress.state = "retrying"
                    self.progress.completed()
                    log.warning("consumer_retries", consumer=self.name, exception=type(error).__name__)
                    await backoff.wait(self.stopping)
                else:
                    backoff.reset()
        finally:
            self.progress.state = "stopped"
            self.close()

    def stop(self) -> None:
        """Finish the running transaction and return from `run`."""
        self.stopping.set()
        self.assignment.gate.set()
        self.assignment.interrupt()

    def close(self) -> None:
        """Let the connection go; what it had not committed is rolled back."""
        if self._connection:
            self._connection.terminate()
            self._connection = None

    # -- one Kafka client, from its start to its end ------------------------------------------------------------------

    async def _session(self) -> None:
        known = await self.broker.partitions()
        if missing := set(self.topics) - known.keys():
            raise Restart(f"{self.name}: topic {min(missing)} does not exist or may not be read: ./gabay topics list")
        parts = {TopicPartition(topic, p) for topic in self.topics for p in range(known[topic])}
        kafka = self.broker.consumer(group=self.name if self._grouped else None, partitions=len(parts), sharing=self._sharing)
        self.assignment.error = None
        self._kafka = kafka
        hint = None
        try:
            async with asyncio.timeout(30):
                await kafka.start()
            if self._grouped:
                self.progress.unassigned_since = time.monotonic()
                kafka.subscribe(list(self.topics), listener=Listener(self.assignment, kafka))
                hint = asyncio.create_task(self._hint(kafka))
            else:
                kafka.assign(parts)
                self.assignment.place_soon(kafka, parts)
            await self._loop(kafka)
        finally:
            self.assignment.shut()
            for task in (hint, self.assignment.placing):
                if task:
                    task.cancel()
                    await asyncio.gather(task, return_exceptions=True)
            if not await let_go(kafka):
                # It only reads: left behind it does no harm, and its membership ends with its heartbeats.
                log.warning("consumer_client_hangs", consumer=self.name)

    async def _loop(self, kafka: AIOKafkaConsumer) -> None:
        ahead: Ahead = asyncio.Queue(1)
        reading = asyncio.create_task(self._read_ahead(kafka, ahead))
        try:
            while not self.stopping.is_set():
                found = await ahead.get()
                ahead.task_done()
                if isinstance(found, Exception):
                    raise found
                if found is None or self.stopping.is_set():
                    return
                await self._write(kafka, found)
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _read_ahead(self, kafka: AIOKafkaConsumer, ahead: "Ahead") -> None:
        """Put batches there, then None at the end or what went wrong.

        With one batch ahead, it was decoded in the shadow of the short statements that open a transaction, and nothing was
        left to do while the long ones ran: reading and writing took turns. So whoever is alone in the process (a rebuild)
        has a batch ready while another is read; in a worker the other consumers fill the gaps.
        """
        end: Exception | None = None
        try:
            while not self.stopping.is_set():
                batch = await self._read(kafka)
                if batch is not None:
                    await ahead.put(batch)
                    if self._sharing > 1 or batch.records < self._max // 2:
                        await ahead.join()  # what comes meanwhile shares the next transaction
                elif self._until is not None and await self._reached(kafka):
                    break
        except Exception as error:
            end = error
        await ahead.put(end)

    async def _read(self, kafka: AIOKafkaConsumer) -> Batch | None:
        """Poll and decode. None: nothing came, or a rebalance took the poll back."""
        ours = self.assignment
        await ours.gate.wait()
        if ours.error:
            raise ours.error
        if (early := self._not_before - time.monotonic()) > 0:
            await asyncio.sleep(early)
        began = time.monotonic()
        batch = Batch(ours.epoch)
        entries = self.sink.reader.entries
        wait = self.POLL_MS if self._until is None else self.LAST_POLL_MS
        while batch.records < self._max:
            # In slices, and the loop has its turn after each: a write that waits for one answer after the other would else
            # wait at each of them for thousands of records to be decoded.
            found = await self._poll(kafka, batch.epoch, wait, min(self.SLICE, self._max - batch.records))
            if found is None:
                if batch.records:
                    self.progress.waiting_since = None  # all that is in hand is of the assignment before
                return None
            if not found:
                break
            if not batch.records:
                self._hand = [*self._held(), batch]
                if self.progress.waiting_since is None:
                    self.progress.waiting_since = time.monotonic()
            for tp, records in found.items():
                batch.unknown += entries(records, batch.parts.setdefault((tp.topic, tp.partition), []))
                batch.following[tp.topic, tp.partition] = records[-1].offset + 1
                batch.records += len(records)
            await asyncio.sleep(0)
            wait = 0
        if not batch.records:
            return None
        self._pace(began, batch.records)
        await self._open(batch)
        return batch

    async def _poll(self, kafka: AIOKafkaConsumer, epoch: int, wait: int, most: int) -> Mapping[TopicPartition, Any] | None:
        """Some records. None: a rebalance took them back."""
        poll = self.assignment.poll = asyncio.create_task(kafka.getmany(timeout_ms=wait, max_records=most))
        try:
            found: Mapping[TopicPartition, Any] = await poll
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task and task.cancelling():
                raise
            return None  # nothing is lost: what was fetched stays with the client, which is about to seek
        except OffsetOutOfRangeError as error:
            raise await out_of_range(self.name, kafka, error) from error
        self.progress.completed()
        if self.progress.state == "starting":
            self.progress.state = "ok"
        return found if epoch == self.assignment.epoch else None

    def _pace(self, began: float, records: int) -> None:
        """When to poll again. The rate is that of a whole second: a desk's records come in bursts too."""
        self._taken += records
        if (seconds := began - self._since) >= 1:
            self._bulk = self._taken > self.BULK_RATE * seconds
            self._since, self._taken = began, 0
        if records < self._max // 2:
            self._not_before = began + (self.BULK_PACE_S if self._bulk else self.PACE_S)

    async def _open(self, batch: Batch) -> None:
        backoff = Backoff(0.05, 5.0)
        while batch.epoch == self.assignment.epoch and not self.stopping.is_set():
            try:
                await self.sink.open(batch)
            except Exception as error:
                if judge(error) != "transient":
                    raise
                self.retrying(error)
                await backoff.wait(self.stopping)
            else:
                return

    async def _write(self, kafka: AIOKafkaConsumer, batch: Batch) -> None:
        """Write a batch, again and again until it is written or no longer ours."""
        backoff = Backoff(0.05, 5.0)
        careful = False
        while not (self.stopping.is_set() and self.progress.state == "retrying"):
            async with self.assignment.writing:
                if batch.epoch != self.assignment.epoch:
                    self.progress.waiting_since = None
                    return
                try:
                    connection = await self.database()
                    with consuming(batch, self.name):
                        decided = await self.sink.write(connection, batch, self.assignment.following, careful=careful)
                except Rewound:
                    log.info("consumer_rewound", consumer=self.name)
                    self.assignment.shut()
                    self.assignment.place_soon(kafka, {TopicPartition(*place) for place in self.assignment.following})
                    return
                except Exception as error:
                    verdict = judge(error, self._connection)
                    if verdict == "fatal":
                        raise
                    if verdict == "poison":
                        if careful:
                            raise
                        careful = True
                        log.warning("batch_fails", consumer=self.name, exception=type(error).__name__)
                        continue
                    self.close()
                    self.retrying(error)
                else:
                    self._committed(batch, decided)
                    return
            await backoff.wait(self.stopping)

    def _committed(self, batch: Batch, decided: Sieve) -> None:
        self.assignment.following |= batch.following
        self._hand = [each for each in self._hand if each is not batch]
        self.progress.wrote(batch.records)
        if decided.repeats:
            telemetry.DUPLICATES_SKIPPED.add(decided.repeats, self._labels)
        for entry in decided.aside[:100]:
            log.warning(
                "record_parked",
                consumer=self.name,
                topic=entry.record.topic,
                partition=entry.record.partition,
                offset=entry.record.offset,
                stream=entry.stream,
                version=entry.version,
                reason=entry.reason,
                exception=entry.error,
            )
        if self._wrote:
            self._wrote(batch.records)

    def measure(self) -> None:
        """Tell the metrics of this consumer as they are now."""
        known = self._kafka is not None and self.assignment.gate.is_set()
        unread = lag.unread(self._kafka, self.assignment.following) if known else None
        lag.measure(self._labels, self.progress, self._held(), unread)

    def _held(self) -> list[Batch]:
        """What is in hand and still ours."""
        return [each for each in self._hand if each.epoch == self.assignment.epoch]

    # -- ends, hints, replays -----------------------------------------------------------------------------------------

    async def _reached(self, kafka: AIOKafkaConsumer) -> bool:
        assert self._until is not None
        # The client's position, not the last record's offset: transaction markers are offsets without a record.
        return self.assignment.gate.is_set() and all([await kafka.position(tp) >= end for tp, end in self._until.items()])

    async def _hint(self, kafka: AIOKafkaConsumer) -> None:
        """Tell Kafka where we are, for lag tools."""
        ours = self.assignment
        told: dict[Place, int] = {}
        while True:
            await asyncio.sleep(self.HINT_S)
            with suppress(KafkaError, TimeoutError, ValueError):
                if ours.gate.is_set() and ours.following != told:
                    here = dict(ours.following)
                    await asyncio.wait_for(kafka.commit({TopicPartition(*place): offset for place, offset in here.items()}), self.HINT_S)
                    told = here

    async def _drain_replays(self) -> None:
        """Read what was sent again for this consumer, to its end, before the main topics and under the same guard."""
        known = await self.broker.partitions()
        topics = {name: known[name] for topic in self.topics if (name := f"replay.{self.name}.{topic}") in known}
        parts = [TopicPartition(name, p) for name, count in topics.items() for p in range(count)]
        if not parts:
            return
        ends = await end_offsets(self.broker, parts)
        drain = Consumer(
            self.sink,
            dsn=self._dsn,
            broker=self.broker,
            max_records=self._max,
            search_path=self._search_path,
            topics=sorted(topics),
            grouped=False,
            replays=False,
            until=ends,
        )
        drain.progress = self.progress
        stopping = asyncio.create_task(self.stopping.wait())
        stopping.add_done_callback(lambda done: None if done.cancelled() else drain.stop())
        try:
            await drain.run()
        finally:
            stopping.cancel()
        self.progress.state = "starting"

    # -- small things -------------------------------------------------------------------------------------------------

    async def database(self) -> "asyncpg.Connection[Any]":
        """The one connection, made anew if it is gone."""
        if self._connection is None or self._connection.is_closed():
            self._connection = await connect(self._dsn, self.name, search_path=self._search_path)
            await speak_wire(self._connection)
        return self._connection

    def retrying(self, error: BaseException) -> None:
        """What failed will be tried again: say so once."""
        if self.progress.state != "retrying":
            log.warning("consumer_retries", consumer=self.name, exception=type(error).__name__)
        self.progress.state = "retrying"

    def _told(self, error: BaseException) -> None:
        if isinstance(error, Hole):
            telemetry.STREAM_HOLES.add(1, self._labels)
            log.error("stream_hole", consumer=self.name, stream=error.stream_id, version=error.version, since=error.applied)
        else:
            log.error("consumer_stopped", consumer=self.name, exc_info=error)
