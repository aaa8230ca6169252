"""After a restore: a store that lies behind its own topics takes back from them what it lost.

Without this a restored store would use versions again that consumers have applied, and their guards would pass over the
new facts. What is taken back stands as it was sent: same id, version, times and sealed blobs. Of `meta`, which is never
published, the command's id is found again by trying: event ids follow from it.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from aiokafka import TopicPartition

from shared.errors import Rejected
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.event import Aggregate
from shared.eventsourcing.handle import Handle
from shared.eventsourcing.ids import derived
from shared.eventsourcing.sql import statements
from shared.messaging.broker import Broker, let_go
from shared.messaging.cloudevents import Undecodable, decode, head
from shared.messaging.positions import end_offsets
from shared.messaging.topics import BY_NAME

SQL = statements(__package__)
PAGE = 500
LONGEST_COMMAND = 64  # events of one command; the longest today has 12


@dataclass(slots=True)
class Recovered:
    """What a recovery found. read: records on the topics; events: taken back; unsent: stored facts that no topic has."""

    read: int = 0
    events: int = 0
    streams: set[UUID] = field(default_factory=set, repr=False)
    unsent: int = 0


@dataclass(frozen=True, slots=True)
class _Lost:
    """A record that the store does not know."""

    stream: UUID
    version: int
    kind: str
    event_id: UUID
    type: str
    schema: int
    data: str
    meta: str
    occurred_at: datetime
    recorded_at: datetime


async def recover(
    connection: Any,
    broker: Broker,
    handle: Handle,
    aggregates: Iterable[Aggregate],
    deciders: Mapping[str, Callable[[str], Decider[Any, Any]]],
    *,
    operator: str,
    rules: Sequence[str] = (),
) -> Recovered:
    """Append to a service's store what its topics have beyond it; safe to repeat.

    connection: of the service's worker role; deciders: name of the aggregate -> its decider at a centre, for the rows beside
    the facts; rules: names of the service's reactions. Raises Rejected when a topic and the store contradict each other.
    """
    told, sent = Recovered(), Counter[UUID]()
    await connection.execute(SQL.audit_operation, operator, None, "recover", ", ".join(a.topic for a in aggregates), None)
    known = await broker.partitions()
    for aggregate in aggregates:
        since: dict[UUID, int] = {}
        async for records in _pages(broker, aggregate.topic, known.get(aggregate.topic, 0)):
            told.read += len(records)
            await _take_back(connection, aggregate, records, rules, told, since, sent)
        for stream, version in since.items():
            await _regrow(connection, handle, deciders.get(aggregate.name), stream, version)
    told.unsent = await _unsent(connection, [a.name for a in aggregates], sent)
    return told


async def _pages(broker: Broker, topic: str, partitions: int) -> Any:
    """All records of a topic up to the ends that it has now, in order per partition."""
    places = [TopicPartition(topic, number) for number in range(partitions)]
    if not places:
        return
    ends = {place: end for place, end in (await end_offsets(broker, places)).items() if end}
    kafka = broker.consumer(group=None, partitions=len(places))
    await asyncio.wait_for(kafka.start(), 30)
    try:
        kafka.assign(places)
        for place, first in (await kafka.beginning_offsets(places)).items():
            kafka.seek(place, first)
        while ends:
            for found in (await kafka.getmany(timeout_ms=500, max_records=PAGE)).values():
                yield found
            for place in [place for place, end in ends.items() if await kafka.position(place) >= end]:
                del ends[place]
    finally:
        await let_go(kafka)


async def _take_back(
    connection: Any,
    aggregate: Aggregate,
    records: Sequence[Any],
    rules: Sequence[str],
    told: Recovered,
    since: dict[UUID, int],
    sent: Counter[UUID],
) -> None:
    heads = []
    for record in records:
        try:
            subject, number, _, headers = head(record)
            heads.append((record, UUID(subject), number, headers["ce_id"].decode()))
        except (Undecodable, KeyError, ValueError):
            continue  # not ours: consumers have set its stream aside
    stored = await connection.fetch(SQL.recover_stored, [h[1] for h in heads], [h[2] for h in heads])
    at: dict[UUID, int] = {}
    lost: list[_Lost] = []
    for (record, stream, version, event_id), (_, known, holds) in zip(heads, stored, strict=True):
        sent[stream] = max(sent[stream], version)
        now = at.get(stream, known)
        if holds is not None and str(holds) != event_id:
            raise Rejected(
                "invalid-state",
                f"stream {stream} has another fact at version {version} than {aggregate.topic}: the store took new appends before "
                "it was recovered. Restore it once more and recover before anything else starts.",
            )
        if version <= now:
            continue
        here = _lost(aggregate, record, stream, version, rules)
        if version > now + 1:
            if BY_NAME[aggregate.topic].kind != "rollup":
                raise Rejected("invalid-state", f"{aggregate.topic} has version {version} of stream {stream} and not {now + 1}.")
            lost.extend(_overtaken(here, missing) for missing in range(now + 1, version))
        at[stream] = version
        since.setdefault(stream, known)
        lost.append(here)
    if lost:
        async with connection.transaction():
            await connection.execute(SQL.recover_events, *(list(column) for column in zip(*map(_columns, lost), strict=True)))
        told.events += len(lost)
        told.streams.update(each.stream for each in lost)


def _overtaken(newer: _Lost, version: int) -> _Lost:
    """What stands in the place of a fact that its compacted topic has given up: the newer one, which says all that it said and more.

    A stream has every version once, and whoever reads this one reads the newer one after it.
    """
    meta = orjson.dumps({**orjson.loads(newer.meta), "overtaken": True}).decode()
    return replace(newer, version=version, event_id=derived(newer.event_id, f"overtaken:{version}"), meta=meta)


def _columns(each: _Lost) -> tuple[Any, ...]:
    return (
        each.stream, each.version, each.kind, each.event_id, each.type, each.schema, each.data, each.meta, each.occurred_at,
        each.recorded_at,
    )  # fmt: skip


def _lost(aggregate: Aggregate, record: Any, stream: UUID, version: int, rules: Sequence[str]) -> _Lost:
    fact = decode(record)
    name = fact.type.split(".")[2]
    event_id = UUID(fact.event_id)
    meta = {
        "command_id": str(command_of(event_id, stream, fact.causation_id, rules)),
        "correlation_id": fact.correlation_id,
        "causation_id": fact.causation_id,
        "recovered": True,
    }
    if fact.traceparent:
        meta["traceparent"] = fact.traceparent
    return _Lost(
        stream, version, aggregate.name, event_id, name, aggregate.schema(name), record.value.decode(), orjson.dumps(meta).decode(),
        datetime.fromisoformat(fact.occurred_at), datetime.fromisoformat(fact.recorded_at),
    )  # fmt: skip


def command_of(event_id: UUID, stream: UUID, causation_id: str, rules: Sequence[str]) -> UUID:
    """The command whose event this is: a repeated request must find it. One that cannot be proved is the cause itself.

    A request's command is the cause; a reaction's follows from the cause, the rule and perhaps the stream.
    """
    cause = UUID(causation_id) if causation_id else stream
    tried = [cause, stream, *(derived(cause, name) for name in rules), *(derived(cause, f"{name}:{stream}") for name in rules)]
    for each in tried:
        if any(derived(each, str(n)) == event_id for n in range(LONGEST_COMMAND)):
            return each
    return cause


async def _regrow(connection: Any, handle: Handle, decider: Callable[[str], Decider[Any, Any]] | None, stream: UUID, since: int) -> None:
    if decider is None:
        return  # an aggregate that is written by nobody yet
    centre = await connection.fetchval("select data -> 'ctx' ->> 'centre' from event where stream_id = $1 and version = 1", stream)
    part = await handle.regrown(decider(centre or ""), stream, since)
    if not (part.search or part.claims or part.places):
        return
    await connection.execute(
        SQL.recover_rows,
        stream,
        [row[0] for row in part.search],
        [row[1] for row in part.search],
        [row[0] for row in part.claims],
        [row[1] for row in part.claims],
        [row[2] for row in part.claims],
        [row[0] for row in part.places],
        [row[1] for row in part.places],
        [row[2] for row in part.places],
    )


async def _unsent(connection: Any, kinds: list[str], sent: Mapping[UUID, int]) -> int:
    """Stored facts that neither a topic nor the outbox has: their topic was lost."""
    missing = 0
    async with connection.transaction():
        async for stream, version in connection.cursor("select stream_id, version from stream where kind = any($1)", kinds):
            missing += max(0, version - sent.get(stream, 0))
    waiting: int = await connection.fetchval("select count(*) from outbox join event using (position) where kind = any($1)", kinds)
    return max(0, missing - waiting)
