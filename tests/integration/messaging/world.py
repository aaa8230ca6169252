"""What the tests of this folder are made of: events stored and records sent without the rest of a service."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

import asyncpg
import orjson
from aiokafka import TopicPartition

from shared.eventsourcing.event import Aggregate, Event
from shared.eventsourcing.projection import Projection
from shared.messaging.broker import Broker, let_go
from shared.messaging.cloudevents import Encoder, Row
from shared.messaging.consume import Consumer
from shared.messaging.models import at_generation
from shared.messaging.positions import end_offsets
from shared.messaging.project import Projecting
from shared.messaging.relay import Relay
from tests.conftest import Database
from tests.harness.topics import Record
from tests.harness.wait import eventually
from tests.integration.messaging.ledger.projection import ledger

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
WHEN = datetime(2026, 3, 6, 7, 10, tzinfo=UTC)


class Paid(Event, type="paid"):
    amount: int


class Noted(Event, type="noted"):
    """A fact that no projection here handles."""


class ClientErased(Event, type="client-erased"):
    pass


class World:
    """A store, a topic, a projection."""

    def __init__(self, database: Database, owner: asyncpg.Connection[Any], bootstrap: str, name: str) -> None:
        self.database, self.owner, self.broker = database, owner, Broker(bootstrap)
        self.aggregate = Aggregate("casework", name, Paid, Noted, ClientErased)
        self.encoder = Encoder("test", [self.aggregate])
        self.versions: dict[UUID, int] = {}
        self.projection = ledger(self.aggregate.topic)
        self._producer: Any = None

    async def close(self) -> None:
        if self._producer:
            await self._producer.stop()

    # -- storing and sending ------------------------------------------------------------------------------------------

    def row(self, stream: UUID, version: int, name: str = "paid", **data: Any) -> Row:
        """An event as the relay reads it. Its id follows from stream and version: a repeat is a repeat."""
        command = str(uuid5(stream, str(version)))
        ctx = {"centre": "PH-ANT-01", "actor": "stf-1", "role": "caseworker", "purpose": "CASE_MANAGEMENT"}
        value = {"ctx": ctx} | ({"amount": 1} if name == "paid" else {}) | data
        return Row(
            0, uuid5(UUID(command), "0"), stream, version, self.aggregate.name, name, 1, orjson.dumps(value).decode(), command,
            command, TRACE, WHEN, WHEN,
        )  # fmt: skip

    async def store(self, *rows: Row, pending: bool = True) -> None:
        """Put events into the store, and their pointers into the outbox."""
        positions = await self.owner.fetch(
            "insert into event (event_id, stream_id, version, kind, type, schema, data, meta, occurred_at, recorded_at) "
            "select * from unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::text[], $6::smallint[], $7::jsonb[], "
            "$8::jsonb[], $9::timestamptz[], $10::timestamptz[]) returning position",
            *zip(
                *(
                    (
                        row.event_id, row.stream_id, row.version, row.kind, row.type, row.schema, row.data,
                        orjson.dumps({"correlation_id": row.correlation_id, "causation_id": row.causation_id}).decode(),
                        row.occurred_at, row.recorded_at,
                    )
                    for row in rows
                ),
                strict=True,
            ),
        )  # fmt: skip
        if pending:
            await self.owner.execute("insert into outbox select unnest($1::bigint[])", [position[0] for position in positions])

    async def send(self, *rows: Row) -> None:
        """Put events on the topic, as a relay would."""
        for row in rows:
            record = self.encoder.encode(row)
            await self.send_raw(record.key, record.value, record.headers)

    async def send_raw(
        self, key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, Any]], partition: int | None = None
    ) -> None:
        """Put anything on the topic."""
        if self._producer is None:
            self._producer = self.broker.producer()
            await self._producer.start()
        await self._producer.send_and_wait(self.aggregate.topic, value, key=key, headers=list(headers), partition=partition)

    async def on_topic(self) -> list[Record]:
        return await read_topic(self.broker, self.aggregate.topic)

    # -- loops ---------------------------------------------------------------------------------------------------------

    def relay(self, **options: Any) -> Relay:
        return Relay(self.database.worker, self.broker, self.encoder, service="casework", **options)

    def sink(self, projection: Projection | None = None, generation: int = 1) -> Projecting:
        current = at_generation(projection or self.projection, generation)
        return Projecting(current, known={})

    def consumer(self, projection: Projection | None = None, **options: Any) -> Consumer:
        sink = self.sink(projection)
        options = {"dsn": self.database.worker, "broker": self.broker, "search_path": f"{sink.projection.schema}, public"} | options
        return Consumer(sink, **options)

    # -- looking ---------------------------------------------------------------------------------------------------------

    async def value(self, query: str, *arguments: Any) -> Any:
        return await self.owner.fetchval(query, *arguments)

    async def becomes(self, query: str, wanted: Any, *, what: str, task: asyncio.Task[Any] | None = None, seconds: float = 30) -> None:
        """Wait until a query gives a value; fails at once if the loop under test has ended with an error."""

        async def ask() -> Any:
            if task is not None and task.done():
                task.result()
            return await self.value(query)

        await eventually(ask, lambda found: found == wanted, what=what, seconds=seconds)

    async def ledger(self, schema: str = "ledger_v1") -> tuple[Any, ...]:
        """All that the projection wrote, comparable."""
        entries = await self.owner.fetch(f"select stream_id, version, amount from {schema}.entry order by 1, 2")
        totals = await self.owner.fetch(f"select stream_id, amount, last from {schema}.total order by 1")
        return [tuple(row) for row in entries], [tuple(row) for row in totals]  # type: ignore[return-value]


async def read_topic(broker: Broker, topic: str) -> list[Record]:
    """All records of a topic, in order per partition."""
    places = [TopicPartition(topic, p) for p in range((await broker.partitions())[topic])]
    ends = await end_offsets(broker, places)
    kafka = broker.consumer(group=None, partitions=len(places))
    await kafka.start()
    found: list[Record] = []
    try:
        kafka.assign(places)
        for place in places:
            kafka.seek(place, 0)
        async with asyncio.timeout(60):
            while any([await kafka.position(place) < ends[place] for place in places]):
                for records in (await kafka.getmany(timeout_ms=100)).values():
                    for each in records:
                        headers = {name: value.decode(errors="replace") for name, value in each.headers}
                        found.append(Record(each.topic, each.partition, each.offset, each.key, headers, each.value, each))
    finally:
        await let_go(kafka)
    return found


def some_streams(world: World, streams: int, versions: int, seed: int = 1) -> list[Row]:
    """Events of several streams, each in order, mixed with the others by chance."""
    chance = random.Random(seed)
    ids = [uuid4() for _ in range(streams)]
    order = [stream for stream in ids for _ in range(versions)]
    chance.shuffle(order)
    count: dict[UUID, int] = {}
    rows = []
    for stream in order:
        count[stream] = count.get(stream, 0) + 1
        rows.append(world.row(stream, count[stream], amount=chance.randrange(14, 1000)))
    return rows


@contextlib.contextmanager
def planted(name: str) -> Iterator[None]:
    """One of the bugs of `tests/planted`, in this process and for this block only."""
    import importlib
    import sys

    modules = [module for key, module in sys.modules.items() if key.startswith("shared.messaging.")]
    spaces: list[Any] = [*modules, *{v for m in modules for v in vars(m).values() if isinstance(v, type) and v.__module__ == m.__name__}]
    before = [(space, dict(vars(space))) for space in spaces]
    importlib.import_module(f"tests.planted.{name}").plant()
    try:
        yield
    finally:
        for space, members in before:
            for key, value in members.items():
                if vars(space).get(key) is not value:
                    setattr(space, key, value)
