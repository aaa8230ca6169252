"""The loop: stored offsets, one transaction per batch, copies on request first."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from .fact import Fact, NotAFact, decode
from .guard import admit
from .ledger import Ledger


class Reader:
    """Reads topics from where the ledger stands, and hands each fact over once and in order per stream.

    handle: called inside the ledger's transaction; what it raises undoes the batch and ends the reader.
    unreadable: told about a record that is no fact (topic, partition, offset, reason); it is passed over only if this
    returns true. Without it such a record ends the reader.
    """

    def __init__(
        self,
        ledger: Ledger,
        handle: Callable[[Fact], None],
        *,
        topics: Sequence[str],
        consumer: str = "integrator.NAME",
        unreadable: Callable[[str, int, int, str], bool] | None = None,
    ) -> None:
        self._ledger, self._handle, self._topics, self._consumer = ledger, handle, tuple(topics), consumer
        self._unreadable = unreadable

    async def run(self, *, once: bool = False, poll_ms: int = 500, batch: int = 500, **kafka: Any) -> int:
        """Read until cancelled, or with `once` to what is there now; returns how many facts were new.

        kafka: for AIOKafkaConsumer. Raises Gap, NotAFact, and whatever `handle` or the Kafka client raises.
        """
        from aiokafka import AIOKafkaConsumer

        known = await self._partitions(kafka)
        consumer = AIOKafkaConsumer(
            **{
                **kafka,
                "group_id": None,
                "enable_auto_commit": False,
                "isolation_level": "read_committed",
                "auto_offset_reset": "none",  # a surprise must raise, not skip
            }
        )
        await consumer.start()
        try:
            copies = [part for name, parts in known.items() if name.startswith("replay.") for part in parts]
            new = await self._read(consumer, copies, True, poll_ms, batch) if copies else 0
            parts = [part for name in self._topics for part in known[name]]
            return new + await self._read(consumer, parts, once, poll_ms, batch)
        finally:
            await asyncio.sleep(0)
            await consumer.stop()

    def apply(self, topic: str, partition: int, records: Iterable[Any]) -> int:
        """One batch of one partition in one transaction; returns how many facts were new. For readers with a loop of their own."""
        new, last_offset = 0, None
        original = topic.removeprefix(f"replay.{self._consumer}.")
        with self._ledger.transaction():
            facts = [(record.offset, self._fact(topic, record)) for record in records]
            seen = self._ledger.versions(fact.stream for _, fact in facts if fact)
            changed: dict[str, int] = {}
            for offset, fact in facts:
                last_offset = offset
                if fact and admit(fact, seen.get(fact.stream, 0), topic=original, consumer=self._consumer):
                    self._handle(fact)
                    seen[fact.stream] = changed[fact.stream] = fact.version
                    new += 1
            self._ledger.seen(changed)
            if last_offset is not None:
                self._ledger.go_on_from(topic, partition, last_offset + 1)
        return new

    def _fact(self, topic: str, record: Any) -> Fact | None:
        try:
            return decode(record)
        except NotAFact as error:
            if self._unreadable is None or not self._unreadable(topic, record.partition, record.offset, error.reason):
                raise
            return None

    async def _partitions(self, kafka: dict[str, Any]) -> dict[str, list[Any]]:
        """Topic -> its partitions, of those that are wanted and, if there are any, their copies for this consumer."""
        from aiokafka import TopicPartition
        from aiokafka.admin import AIOKafkaAdminClient

        taken = inspect.signature(AIOKafkaAdminClient.__init__).parameters
        admin = AIOKafkaAdminClient(**{name: value for name, value in kafka.items() if name in taken})
        await admin.start()
        try:
            there = {each["topic"]: each["partitions"] for each in await admin.describe_topics()}
        finally:
            await admin.close()
        if missing := [name for name in self._topics if not there.get(name)]:
            raise LookupError(f"there is no topic {missing[0]}, or this principal may not read it")
        copies = [f"replay.{self._consumer}.{topic}" for topic in self._topics]
        wanted = [*(name for name in copies if there.get(name)), *self._topics]
        return {name: [TopicPartition(name, each["partition"]) for each in there[name]] for name in wanted}

    async def _read(self, consumer: Any, parts: list[Any], once: bool, poll_ms: int, batch: int) -> int:
        consumer.assign(parts)
        first, ends = await consumer.beginning_offsets(parts), await consumer.end_offsets(parts)
        position = {}
        for part in parts:
            stored = self._ledger.offset(part.topic, part.partition)
            position[part] = first[part] if stored is None else stored
            if not first[part] <= position[part] <= ends[part]:
                # Copies on request live seven days and are made again: the versions seen pass over what is known.
                if not part.topic.startswith("replay."):
                    raise LookupError(
                        f"{part.topic}/{part.partition} holds offsets {first[part]} to {ends[part]}, and {stored} is next: "
                        "ask the operator whether it was made anew, and for a replay"
                    )
                position[part] = first[part]
            consumer.seek(part, position[part])
        new = 0
        while not once or any(position[part] < ends[part] for part in parts):
            for part, records in (await consumer.getmany(timeout_ms=poll_ms, max_records=batch)).items():
                new += self.apply(part.topic, part.partition, records)
                position[part] = records[-1].offset + 1
        return new
