"""The consumer loop of every worker, live and in rebuild (messaging chapter, section 5).

Positions come from Postgres, where they commit with what was written; Kafka's own are a hint for lag tools. While one
batch is written the next is fetched, decoded and opened.

The gate. aiokafka fetches for a new assignment while the rebalance listener still runs, from positions that are not ours.
So the listener shuts the gate, takes back the poll that is under way, and the gate opens after the last `seek`. Reading
and seeking happen in a task of their own: while a listener runs, aiokafka sends no heartbeats, and a slow database would
cost the membership.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Final, Protocol

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import KafkaError, OffsetOutOfRangeError

from shared import telemetry
from shared.errors import Hole
from shared.eventsourcing.sql import statements
from shared.messaging.batch import Batch, Place, Reader
from shared.messaging.broker import Broker, let_go
from shared.messaging.failures import Backoff, Restart, judge
from shared.messaging.guard import Rewound, Sieve
from shared.messaging.progress import Progress
from shared.messaging.session import connect, speak_wire
from shared.messaging.tracing import consuming

SQL = statements(__package__)
log = telemetry.logger()


class Sink(Protocol):
    """What becomes of a batch: `Projecting`, `Reacting`."""

    name: str
    topics: tuple[str, ...]
    reader: Reader

    async def open(self, batch: Batch) -> None: ...

    async def write(self, connection: Any, batch: Batch, expected: Mapping[Place, int], *, careful: bool = False) -> Sieve: ...


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
    BULK_RATE, BULK_PACE_S = 1000, 0.25
    # Records that a process may hold decoded, of all its consumers: one is 6 to 8 KB with its headers and its JSON. Seven
    # consumers that read on after an hour's outage would else hold 200 MB of them.
    IN_HAND = 8000
    REVOKE_S = 30.0
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
        # A batch is written while the next one is read: each consumer has two in hand.
        self._max = min(max_records, self.IN_HAND // (2 * sharing))
        self._grouped, self._replays, self._until, self._wrote = grouped, replays, until, wrote
        self._connection: asyncpg.Connection[Any] | None = None
        self._gate = asyncio.Event()
        self._writing = asyncio.Lock()
        self._stopping = asyncio.Event()
        self._epoch = 0
        self._not_before = self._since = 0.0
        self._taken, self._bulk = 0, False
        self._next: dict[Place, int] = {}
        self._polling: asyncio.Task[Any] | None = None
        self._placing: asyncio.Task[None] | None = None
        self._error: BaseException | None = None
        self._labels = {"consumer": self.name}
        self._kafka: AIOKafkaConsumer | None = None
        self._hand: list[Batch] = []  # read, and not written yet: at most two

    async def run(self) -> None:
        """Consume until `stop`, or `until` is reached. Raises Restart or Hole for what needs an operator."""
        backoff = Backoff(0.2, 5.0)
        try:
            while not self._stopping.is_set():
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
                    await backoff.wait(self._stopping)
                else:
                    backoff.reset()
        finally:
            self.progress.state = "stopped"
            self.close()

    def stop(self) -> None:
        """Finish the running transaction and return from `run`."""
        self._stopping.set()
        self._gate.set()
        if self._polling:
            self._polling.cancel()

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
        self._error = None
        self._kafka = kafka
        hint = None
        try:
            async with asyncio.timeout(30):
                await kafka.start()
            if self._grouped:
                self.progress.unassigned_since = time.monotonic()
                kafka.subscribe(list(self.topics), listener=_Listener(self, kafka))
                hint = asyncio.create_task(self._hint(kafka))
            else:
                kafka.assign(parts)
                self._place_soon(kafka, parts)
            await self._loop(kafka)
        finally:
            self._shut()
            for task in (hint, self._placing):
                if task:
                    task.cancel()
                    await asyncio.gather(task, return_exceptions=True)
            if not await let_go(kafka):
                # It only reads: left behind it does no harm, and its membership ends with its heartbeats.
                log.warning("consumer_client_hangs", consumer=self.name)

    async def _loop(self, kafka: AIOKafkaConsumer) -> None:
        reading: asyncio.Task[Batch | None] = asyncio.create_task(self._read(kafka))
        try:
            while not self._stopping.is_set():
                batch = await reading
                reading = asyncio.create_task(self._read(kafka))
                if batch is not None:
                    await self._write(kafka, batch)
                elif self._until is not None and await self._reached(kafka):
                    return
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _read(self, kafka: AIOKafkaConsumer) -> Batch | None:
        """Poll once and decode. None: nothing came, or a rebalance took the poll back."""
        await self._gate.wait()
        if self._error:
            raise self._error
        if (early := self._not_before - time.monotonic()) > 0:
            await asyncio.sleep(early)
        began = time.monotonic()
        epoch = self._epoch
        wait = self.POLL_MS if self._until is None else self.LAST_POLL_MS
        poll = self._polling = asyncio.create_task(kafka.getmany(timeout_ms=wait, max_records=self._max))
        try:
            found = await poll
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task and task.cancelling():
                raise
            return None  # nothing is lost: what was fetched stays with the client, which is about to seek
        except OffsetOutOfRangeError as error:
            raise await self._out_of_range(kafka, error) from error
        self.progress.completed()
        if self.progress.state == "starting":
            self.progress.state = "ok"
        if not found or epoch != self._epoch:
            return None
        if self.progress.waiting_since is None:
            self.progress.waiting_since = time.monotonic()
        batch = Batch(epoch)
        self._hand.append(batch)
        entries = self.sink.reader.entries
        for tp, records in found.items():
            into = batch.parts[tp.topic, tp.partition] = []
            batch.following[tp.topic, tp.partition] = records[-1].offset + 1
            for start in range(0, len(records), 500):
                batch.unknown += entries(records[start : start + 500] if len(records) > 500 else records, into)
                await asyncio.sleep(0)  # or the write of the batch before waits for all of this
            batch.records += len(records)
        self._pace(began, batch.records)
        await self._open(batch)
        return batch

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
        while batch.epoch == self._epoch and not self._stopping.is_set():
            try:
                await self.sink.open(batch)
            except Exception as error:
                if judge(error) != "transient":
                    raise
                self._retrying(error)
                await backoff.wait(self._stopping)
            else:
                return

    async def _write(self, kafka: AIOKafkaConsumer, batch: Batch) -> None:
        """Write a batch, again and again until it is written or no longer ours."""
        backoff = Backoff(0.05, 5.0)
        careful = False
        while not (self._stopping.is_set() and self.progress.state == "retrying"):
            async with self._writing:
                if batch.epoch != self._epoch:
                    self.progress.waiting_since = None
                    return
                try:
                    connection = await self._database()
                    with consuming(batch, self.name):
                        decided = await self.sink.write(connection, batch, self._next, careful=careful)
                except Rewound:
                    log.info("consumer_rewound", consumer=self.name)
                    self._shut()
                    self._place_soon(kafka, {TopicPartition(*place) for place in self._next})
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
                    self._retrying(error)
                else:
                    self._committed(batch, decided)
                    return
            await backoff.wait(self._stopping)

    def _committed(self, batch: Batch, decided: Sieve) -> None:
        self._next |= batch.following
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

    # -- how far behind -----------------------------------------------------------------------------------------------

    def measure(self) -> None:
        """Tell the metrics of this consumer as they are now."""
        labels, now = self._labels, time.time()
        telemetry.CONSUMER_STATE.set(_STATES.index(self.progress.state), labels)
        telemetry.CONSUMER_LAST_POLL.set(self.progress.age(), labels)
        first = [entries[0].record for batch in self._hand for entries in batch.parts.values() if entries]
        oldest = min((record.timestamp / 1000 for record in first), default=now)
        telemetry.CONSUMER_OLDEST_UNREAD.set(max(0.0, now - oldest), labels)
        lag = self._lag()
        if lag is not None:
            telemetry.CONSUMER_LAG.set(lag, labels)
        if first:
            told = [recorded for record in first if (recorded := recorded_at(record)) is not None]
            telemetry.PROJECTION_LAG.set(max(0.0, now - min(told, default=oldest)), labels)
        elif lag == 0:
            telemetry.PROJECTION_LAG.set(0.0, labels)

    def _lag(self) -> int | None:
        """Records between our position and the end of the topics as far as the client knows it; None while it does not."""
        kafka = self._kafka
        if kafka is None or not self._gate.is_set():
            return None
        try:
            return sum(max(0, (kafka.highwater(TopicPartition(*place)) or 0) - offset) for place, offset in self._next.items())
        except (KafkaError, AssertionError):
            return None  # an assignment that has just gone

    # -- assignment ---------------------------------------------------------------------------------------------------

    def _shut(self) -> None:
        """Close the gate and take back the poll under way."""
        self._gate.clear()
        self._epoch += 1
        self._hand.clear()
        if self._polling:
            self._polling.cancel()

    async def revoked(self) -> None:
        """Partitions go elsewhere: finish the running transaction first, or roll it back."""
        self._shut()
        if self._placing:
            self._placing.cancel()
        self.progress.unassigned_since = time.monotonic()
        try:
            async with asyncio.timeout(self.REVOKE_S), self._writing:
                pass
        except TimeoutError:
            self.close()

    def assigned(self, kafka: AIOKafkaConsumer, partitions: set[TopicPartition]) -> None:
        """Partitions came: read where they go on, seek, open the gate."""
        self.progress.unassigned_since = None
        self._next = {}
        self._place_soon(kafka, partitions)

    def _place_soon(self, kafka: AIOKafkaConsumer, partitions: set[TopicPartition]) -> None:
        self._placing = asyncio.create_task(self._place(kafka, partitions, self._epoch))

    async def _place(self, kafka: AIOKafkaConsumer, partitions: set[TopicPartition], epoch: int) -> None:
        backoff = Backoff(0.05, 5.0)
        while epoch == self._epoch:
            try:
                async with self._writing:
                    following = await self._positions(kafka, partitions)
            except Exception as error:
                if judge(error, self._connection) == "transient":
                    self.close()
                    self._retrying(error)
                    await backoff.wait(self._stopping)
                    continue
                self._error = error  # raised by the loop: an exception inside a listener would only be logged
            else:
                if epoch != self._epoch:
                    return
                for tp, offset in following.items():
                    kafka.seek(tp, offset)
                self._next = {(tp.topic, tp.partition): offset for tp, offset in following.items()}
            self._gate.set()
            return

    async def _positions(self, kafka: AIOKafkaConsumer, partitions: set[TopicPartition]) -> dict[TopicPartition, int]:
        """Where each partition goes on. Raises Restart when the log no longer holds that offset, or not yet."""
        if not partitions:
            return {}
        first = await kafka.beginning_offsets(list(partitions))
        end = await kafka.end_offsets(list(partitions))
        connection = await self._database()
        rows = await connection.fetch(SQL.read_consumed, self.name, list({tp.topic for tp in partitions}))
        known = {TopicPartition(row[0], row[1]): row[2] for row in rows}
        following = {}
        for tp in partitions:
            following[tp] = known.get(tp, first[tp])
            if first[tp] <= following[tp] <= end[tp]:
                continue
            if tp.topic.startswith("replay."):
                # Copies on request live seven days and are made again: the guard skips what is known.
                following[tp] = first[tp]
                await connection.execute(SQL.rewind_consumed, self.name, [tp.topic], [tp.partition], [first[tp]])
            else:
                raise Restart(_lost(self.name, tp, following[tp], first[tp]))
        places = sorted(following)
        await connection.execute(
            SQL.start_consumed,
            self.name,
            [tp.topic for tp in places],
            [tp.partition for tp in places],
            [following[tp] for tp in places],
        )
        return following

    async def _out_of_range(self, kafka: AIOKafkaConsumer, error: OffsetOutOfRangeError) -> Restart:
        for tp, offset in error.args[0].items():
            first = await kafka.beginning_offsets([tp])
            return Restart(_lost(self.name, tp, offset, first[tp]))
        return Restart(f"{self.name}: an offset is out of range")

    # -- ends, hints, replays -----------------------------------------------------------------------------------------

    async def _reached(self, kafka: AIOKafkaConsumer) -> bool:
        assert self._until is not None
        # The client's position, not the last record's offset: transaction markers are offsets without a record.
        return self._gate.is_set() and all([await kafka.position(tp) >= end for tp, end in self._until.items()])

    async def _hint(self, kafka: AIOKafkaConsumer) -> None:
        """Tell Kafka where we are, for lag tools."""
        told: dict[Place, int] = {}
        while True:
            await asyncio.sleep(self.HINT_S)
            with suppress(KafkaError, TimeoutError, ValueError):
                if self._gate.is_set() and self._next != told:
                    here = dict(self._next)
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
        stopping = asyncio.create_task(self._stopping.wait())
        stopping.add_done_callback(lambda done: None if done.cancelled() else drain.stop())
        try:
            await drain.run()
        finally:
            stopping.cancel()
        self.progress.state = "starting"

    # -- small things -------------------------------------------------------------------------------------------------

    async def _database(self) -> "asyncpg.Connection[Any]":
        if self._connection is None or self._connection.is_closed():
            self._connection = await connect(self._dsn, self.name, search_path=self._search_path)
            await speak_wire(self._connection)
        return self._connection

    def _retrying(self, error: BaseException) -> None:
        if self.progress.state != "retrying":
            log.warning("consumer_retries", consumer=self.name, exception=type(error).__name__)
        self.progress.state = "retrying"

    def _told(self, error: BaseException) -> None:
        if isinstance(error, Hole):
            telemetry.STREAM_HOLES.add(1, self._labels)
            log.error("stream_hole", consumer=self.name, stream=error.stream_id, version=error.version, since=error.applied)
        else:
            log.error("consumer_stopped", consumer=self.name, exc_info=error)


_STATES: Final = ("starting", "ok", "retrying", "stopped")


def recorded_at(record: Any) -> float | None:
    """When the fact of a record was appended, in seconds since 1970; None if its headers do not say."""
    with suppress(KeyError, ValueError):
        return datetime.fromisoformat(dict(record.headers)["ce_recordedtime"].decode()).timestamp()
    return None


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka ships no types
    def __init__(self, consumer: Consumer, kafka: AIOKafkaConsumer) -> None:
        self._consumer, self._kafka = consumer, kafka

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        await self._consumer.revoked()

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        self._consumer.assigned(self._kafka, set(assigned))


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
