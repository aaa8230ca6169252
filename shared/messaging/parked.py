"""Streams that a consumer set aside: look at them, apply them after all, or give them up.

A record is kept byte for byte. No exception text, no value is stored beside it: a class of error and a code.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

import orjson
from aiokafka import AIOKafkaProducer

from shared.errors import Rejected
from shared.eventsourcing.sql import statements
from shared.messaging import guard
from shared.messaging.batch import Batch, Entry, Reader, unpack_headers
from shared.messaging.cloudevents import Reason
from shared.messaging.failures import judge

SQL = statements(__package__)


@dataclass(frozen=True, slots=True)
class ParkedRecord:
    """A record as it stood on its topic (the members that `decode` reads), and what became of it here."""

    topic: str
    partition: int
    offset: int
    stream: str | None
    version: int | None
    reason: str
    error: str | None
    attempts: int
    first_failed_at: datetime
    last_failed_at: datetime
    state: str
    key: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    value: bytes | None = field(repr=False)

    @property
    def place(self) -> tuple[str, int, int]:
        return self.topic, self.partition, self.offset


@dataclass(slots=True)
class Released:
    """What a release did. left: records that still wait; reason: why the first of them failed."""

    applied: int = 0
    known: int = 0
    left: int = 0
    reason: str | None = None


class Applies(Protocol):
    """What a release needs of a consumer: `Projecting`, `Reacting`."""

    name: str
    reader: Reader

    async def open(self, batch: Batch) -> None: ...

    async def apply(self, connection: Any, entry: Entry) -> None: ...


async def listed(connection: Any, *, consumer: str | None = None, reason: str | None = None, older_s: float = 0) -> list[Any]:
    """One row a stream: consumer, stream_id, records, since, attempts, reason, topic."""
    found: list[Any] = await connection.fetch(SQL.list_parked, consumer, reason, older_s)
    return found


async def records(connection: Any, consumer: str, stream: str | None) -> list[ParkedRecord]:
    """What waits of one stream, in the order in which it may be applied. Locks the rows inside a transaction."""
    rows = await connection.fetch(SQL.stream_parked, consumer, stream)
    return [_record(row) for row in rows]


async def release(connection: Any, consumer: Applies, stream: str | None, *, dry_run: bool = False) -> Released:
    """Apply a stream's records in order under the guard, in one transaction.

    Goes on until one fails; that one and those behind it stay, with `attempts` + 1. connection: of the worker role, with
    the search path of the consumer's tables. dry_run: roll back at the end.
    """
    done = Released()
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(SQL.fence_consumer, consumer.name)
        waiting = await records(connection, consumer.name, stream)
        entries: list[Entry] = []
        consumer.reader.entries(waiting, entries)
        batch = Batch(0, {("parked", 0): entries})
        await consumer.open(batch)
        decided = await guard.sieve(connection, consumer.name, [entries])
        applied = decided.guard.get(stream or "", 0)
        settled = []
        for record, entry in zip(waiting, batch.parts["parked", 0], strict=True):
            if entry.version is not None and entry.version <= applied and entry.reason is None:
                done.known += 1  # a replay brought it meanwhile, or another record of this version was good
                settled.append(record)
                continue
            failure = await _apply(connection, consumer, entry, applied)
            if failure is None:
                done.applied += 1
                assert entry.version is not None
                applied = decided.moved[entry.stream or ""] = entry.version
                settled.append(record)
                continue
            reason, error = failure
            await connection.execute(SQL.refail_parked, consumer.name, *record.place, reason, error)
            done.left += 1
            if reason != "behind":
                done.reason = done.reason or reason
        await _settle(connection, consumer.name, settled, "RELEASED")
        await guard.store(connection, decided, {})
    except BaseException:
        await transaction.rollback()
        raise
    await (transaction.rollback() if dry_run else transaction.commit())
    return done


async def release_alone(connection: Any, consumer: Applies, stream: str | None) -> Released:
    """Carry out parked reactions again: each record for itself, for its guard has long moved past it."""
    done = Released()
    waiting = await records(connection, consumer.name, stream)
    entries: list[Entry] = []
    consumer.reader.entries(waiting, entries)
    await consumer.open(Batch(0, {("parked", 0): entries}))
    for record, entry in zip(waiting, entries, strict=True):
        failure = await _apply(connection, consumer, entry, (entry.version or 0) - 1, savepoint=False)
        if failure is None:
            done.applied += 1
            await _settle(connection, consumer.name, [record], "RELEASED")
        else:
            done.left += 1
            done.reason = done.reason or failure[0]
            await connection.execute(SQL.refail_parked, consumer.name, *record.place, *failure)
    return done


async def discard(connection: Any, consumer: str, stream: str | None, *, operator: str, approved_by: str, reason: str) -> int:
    """Give up the records of a stream that failed, set the guard past them, and write who decided it; returns how many.

    Those that only waited behind them stay, to be released next. Raises Rejected if one person decides alone.
    """
    if not reason.strip():
        raise Rejected("validation", "Say why the records are given up: --reason TEXT.")
    if not approved_by.strip() or approved_by == operator:
        raise Rejected("same-person-signoff", "A second person has to approve: --approved-by STAFF.")
    async with connection.transaction():
        await connection.execute(SQL.fence_consumer, consumer)
        waiting = await records(connection, consumer, stream)
        failed = [record for record in waiting if record.reason != "behind"]
        await _settle(connection, consumer, failed, "DISCARDED")
        versions = [record.version for record in failed if record.version is not None]
        if versions and stream is not None:
            decided = guard.Sieve(consumer, {}, set())
            decided.moved[stream] = max(versions)
            await guard.store(connection, decided, {})
        await connection.execute(SQL.audit_operation, operator, approved_by, "parked-discard", f"{consumer} {stream}", reason)
    return len(failed)


async def export(
    connection: Any, producer: AIOKafkaProducer, consumer: str, to: str, *, told: Callable[[int], None] = lambda count: None
) -> int:
    """Copy what waits of a consumer to a dead-letter topic, key, value and headers as they were, plus `dlq-*`."""
    count = 0
    streams = sorted({row["stream_id"] for row in await listed(connection, consumer=consumer)}, key=str)
    for stream in streams:
        for record in await records(connection, consumer, stream):
            await producer.send_and_wait(
                to, record.value, key=record.key, headers=[*record.headers, *dead_letter_headers(consumer, record)]
            )
            count += 1
            told(count)
    return count


def dead_letter_headers(consumer: str, record: ParkedRecord) -> list[tuple[str, bytes]]:
    """The headers of the messaging chapter, section 6."""
    first = record.first_failed_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    recorded = dict(record.headers).get("ce_recordedtime") or b""
    told = {
        "dlq-original-topic": record.topic,
        "dlq-original-partition": str(record.partition),
        "dlq-original-offset": str(record.offset),
        "dlq-original-timestamp": recorded.decode(errors="replace"),
        "dlq-consumer-group": consumer,
        "dlq-error-class": record.error or "",
        "dlq-error-code": record.reason,
        "dlq-attempts": str(record.attempts),
        "dlq-first-failed-at": first,
    }
    return [(name, text.encode()) for name, text in told.items()]


def shown(record: ParkedRecord, *, headers: bool = False) -> dict[str, Any]:
    """What an operator may see without a reason of their own: headers and names of open fields, never a value or a blob."""
    try:
        value = orjson.loads(record.value or b"")
        names = sorted(value) if isinstance(value, dict) else []
    except orjson.JSONDecodeError:
        names = []
    told: dict[str, Any] = {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "version": record.version,
        "reason": record.reason,
        "error": record.error,
        "attempts": record.attempts,
        "bytes": None if record.value is None else len(record.value),
        "fields": names,
    }
    if headers:
        told["headers"] = {name: (value or b"").decode(errors="replace") for name, value in record.headers}
    return told


async def _apply(
    connection: Any, consumer: Applies, entry: Entry, applied: int, *, savepoint: bool = True
) -> tuple[Reason, str | None] | None:
    """Try one record; None if it is applied now, else why not."""
    if entry.reason is not None:
        return entry.reason, entry.error
    if entry.version != applied + 1:
        return "behind", None
    if entry.fact is None:
        return None
    try:
        if savepoint:
            async with connection.transaction():
                await consumer.apply(connection, entry)
        else:
            await consumer.apply(connection, entry)
    except Exception as error:
        if judge(error, connection) != "poison":
            raise
        return ("projection-error" if savepoint else "reaction-rejected"), type(error).__name__
    return None


def _record(row: Any) -> ParkedRecord:
    return ParkedRecord(
        topic=row["topic"],
        partition=row["partition"],
        offset=row["offset"],
        stream=row["stream_id"],
        version=row["version"],
        reason=row["reason"],
        error=row["error_class"],
        attempts=row["attempts"],
        first_failed_at=row["first_failed_at"],
        last_failed_at=row["last_failed_at"],
        state=row["state"],
        key=row["key"],
        headers=unpack_headers(row["headers"]),
        value=row["value"],
    )


async def _settle(connection: Any, consumer: str, settled: Sequence[ParkedRecord], state: str) -> None:
    if settled:
        await connection.execute(
            SQL.settle_parked,
            consumer,
            state,
            [record.topic for record in settled],
            [record.partition for record in settled],
            [record.offset for record in settled],
        )
