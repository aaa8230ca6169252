"""Reactions: a foreign fact becomes one command of ours, once, whatever comes twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest

from shared.errors import Rejected, Unavailable
from shared.eventsourcing.database import open_pool
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.event import Aggregate, Context, Event
from shared.eventsourcing.handle import Handle
from shared.eventsourcing.projection import Fact
from shared.eventsourcing.reaction import Reactions, Wish
from shared.eventsourcing.store import PostgresStore
from shared.messaging import parked
from shared.messaging.consume import Consumer
from shared.messaging.reactions import Reacting
from tests.integration.messaging.world import World

Running = Callable[[Any], "asyncio.Task[Any]"]


class Opened(Event, type="opened"):
    amount: int


@dataclass(frozen=True)
class Open:
    amount: int


@dataclass(frozen=True)
class State:
    opened: int = 0


def decide(command: Open, state: State) -> list[Opened]:
    if command.amount == 66:
        raise Rejected("invalid-state", "Overtaken.")
    if command.amount == 99:
        raise Rejected("consent-missing", "No.")
    return [Opened(amount=command.amount)]


def evolve(state: State, event: Opened) -> State:
    return replace(state, opened=state.opened + 1)


TARGET = Decider(aggregate=Aggregate("casework", "target", Opened), initial=State(), decide=decide, evolve=evolve)
CTX = Context(centre="PH-ANT-01", actor="system", role="system", purpose="CASE_MANAGEMENT")


@pytest.fixture
async def handle(world: World) -> AsyncIterator[Handle]:
    pool = await open_pool(world.database.worker, minimum=1, maximum=4)
    yield Handle(PostgresStore(pool), None)  # type: ignore[arg-type]  # nothing here is sealed
    await pool.close()


def reacting(world: World, handle: Handle, **options: Any) -> Consumer:
    reactions = Reactions("casework", topics=[world.aggregate.topic])

    async def look_up(fact: Fact, given: Handle) -> str:
        assert given is handle
        return "found"

    @reactions.on("R1", "gabay.casework.paid.v1", look_up=look_up)
    def open_one(fact: Fact, found: str) -> Wish | None:
        assert found == "found"
        return Wish(decider=TARGET, stream_id=None, command=Open(fact.data["amount"]), ctx=CTX) if fact.data["amount"] != 1 else None

    @reactions.on("R2", "gabay.casework.noted.v1")
    def open_two(fact: Fact, found: None) -> Iterable[Wish]:
        return [Wish(decider=TARGET, stream_id=None, command=Open(n), ctx=CTX, item=f"item-{n}") for n in (2, 3)]

    sink = Reacting(reactions, handle, known={})
    return Consumer(sink, dsn=world.database.worker, broker=world.broker, max_records=200, **options)


async def read_all(world: World, running: Running, consumer: Consumer, records: int) -> None:
    task = running(consumer)
    await world.becomes("select sum(next) from consumed", records, what=f"{records} records read", task=task)
    consumer.stop()
    await task


async def test_a_fact_becomes_a_command_whose_id_follows_from_it(world: World, running: Running, handle: Handle) -> None:
    paid, note, unmoved = world.row(uuid4(), 1, amount=7), world.row(uuid4(), 1, "noted"), world.row(uuid4(), 1, amount=1)
    await world.send(paid, note, unmoved)
    await read_all(world, running, reacting(world, handle), 3)
    found = await world.owner.fetch("select stream_id, data, meta from event where kind = 'target' order by data ->> 'amount'")
    wanted = [uuid5(note.event_id, "R2:item-2"), uuid5(note.event_id, "R2:item-3"), uuid5(paid.event_id, "R1")]
    assert [row["stream_id"] for row in found] == wanted
    assert all(f'"causation_id": "{cause}"' in row["meta"] for row, cause in zip(found, [note.event_id] * 2 + [paid.event_id], strict=True))


async def test_a_fact_that_comes_again_after_a_crash_changes_nothing(world: World, running: Running, handle: Handle) -> None:
    rows = [world.row(uuid4(), 1, amount=n) for n in (2, 3, 4)]
    await world.send(*rows)
    await read_all(world, running, reacting(world, handle), 3)
    await world.owner.execute("delete from consumed; delete from applied")  # as if the worker had died before its commit
    await read_all(world, running, reacting(world, handle), 3)
    assert await world.value("select count(*) from event where kind = 'target'") == 3


async def test_a_refusal_parks_its_record_alone_and_an_overtaken_wish_is_dropped(world: World, running: Running, handle: Handle) -> None:
    stream = uuid4()
    await world.send(*(world.row(stream, n, amount=amount) for n, amount in enumerate((5, 99, 66, 6), 1)))
    await read_all(world, running, reacting(world, handle), 4)
    assert await world.value("select array_agg((data ->> 'amount')::int order by position) from event where kind = 'target'") == [5, 6]
    found = await world.owner.fetch("select version, reason, error_class from parked")
    assert [tuple(row) for row in found] == [(2, "reaction-rejected", "Rejected")]
    assert await world.value("select version from applied where consumer = 'casework.reactions'") == 4


async def test_a_parked_reaction_is_carried_out_when_released(world: World, running: Running, handle: Handle) -> None:
    stream = uuid4()
    await world.send(world.row(stream, 1, amount=99), world.row(stream, 2, amount=5))
    consumer = reacting(world, handle)
    await read_all(world, running, consumer, 2)
    sink: Any = consumer.sink
    assert (await parked.release_alone(world.owner, sink, str(stream))).left == 1
    rule = sink.reactions.rules["gabay.casework.paid.v1"]
    rule[0] = replace(rule[0], react=lambda fact, found: Wish(decider=TARGET, stream_id=None, command=Open(8), ctx=CTX))
    done = await parked.release_alone(world.owner, sink, str(stream))
    assert (done.applied, done.left) == (1, 0)
    assert await world.value("select array_agg((data ->> 'amount')::int order by position) from event where kind = 'target'") == [5, 8]


async def test_a_store_that_is_away_is_waited_for(world: World, running: Running, handle: Handle, monkeypatch: pytest.MonkeyPatch) -> None:
    run, failures = Handle.run, iter(range(3))

    async def sometimes(self: Handle, *arguments: Any) -> Any:
        if next(failures, None) is not None:
            raise Unavailable("Postgres")
        return await run(self, *arguments)

    monkeypatch.setattr(Handle, "run", sometimes)
    await world.send(*(world.row(uuid4(), 1, amount=n) for n in (2, 3, 4)))
    await read_all(world, running, reacting(world, handle), 3)
    assert await world.value("select count(*) from event where kind = 'target'") == 3
    assert await world.value("select count(*) from parked") == 0


def test_command_ids_are_stable() -> None:
    reactions = Reactions("casework")
    reactions.on("R1", "gabay.intake.client-registered.v1")(lambda fact, found: None)
    [rule] = reactions.rules["gabay.intake.client-registered.v1"]
    event = "a2067109-1b27-530b-93c0-ed13f296c053"
    assert rule.command_id(event) == uuid5(UUID(event), "R1")
    assert rule.command_id(event, "x") == uuid5(UUID(event), "R1:x")
    with pytest.raises(ValueError, match="twice"):
        reactions.on("R1", "gabay.intake.client-registered.v1")(lambda fact, found: None)
