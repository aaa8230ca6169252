"""Timers: what is due becomes one command, however many workers look, wherever one stops, and however long none looked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

import asyncpg
import pytest

from shared.errors import Rejected, Unavailable
from shared.eventsourcing.database import open_pool
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.event import Aggregate, Context, Event
from shared.eventsourcing.handle import Envelope, Handle
from shared.eventsourcing.projection import Fact, Op
from shared.eventsourcing.reaction import Wish
from shared.eventsourcing.store import PostgresStore
from shared.eventsourcing.timer import Change, Due, Forget, Start, Stop, Timers
from shared.messaging.cloudevents import Encoder
from shared.messaging.models import ensure_generation
from shared.messaging.timers import AGAIN, Ringing
from shared.messaging.topics import Topic, ensure
from tests.integration.messaging.world import World, planted

Running = Callable[[Any], "asyncio.Task[Any]"]
CTX = Context(centre="PH-ANT-01", actor="stf-1", role="caseworker", purpose="CASE_MANAGEMENT")


class Lent(Event, type="lent"):
    due: str


class Returned(Event, type="returned"):
    pass


class Reminded(Event, type="reminded"):
    item: str


class Lost(Event, type="lost"):
    pass


@dataclass(frozen=True)
class Do:
    event: Event


@dataclass(frozen=True)
class Refuse:
    pass


def decide(command: Do | Refuse, state: None) -> list[Event]:
    """Takes everything: what must not happen twice is up to the timers."""
    if isinstance(command, Refuse):
        raise Rejected("consent-missing", "No.")
    return [command.event]


class Died(BaseException):
    """The worker is gone."""


class Frail(Handle):
    """dies: where the next command is the last thing that its worker does. gate: where two workers meet first."""

    dies = ""
    gate: asyncio.Barrier | None = None

    async def run(self, *arguments: Any) -> Any:
        if self.gate:
            await self.gate.wait()
        if self.dies == "before the append":
            raise Died
        outcome = await super().run(*arguments)
        if self.dies == "after the append":
            raise Died
        return outcome


class NoKeys:
    """Nothing here is sealed."""

    def classes(self) -> frozenset[Any]:
        return frozenset()


class Library:
    """Loans with a timer each, and the loops that show them. clock: hours since the loans were made."""

    def __init__(self, world: World, running: Running, aggregate: Aggregate, timers: Timers, pools: list[asyncpg.Pool[Any]]) -> None:
        self.world, self._running, self.timers, self.pools = world, running, timers, pools
        self.decider = Decider(aggregate=aggregate, initial=None, decide=decide, evolve=lambda state, event: state)
        self.began = datetime.now(UTC)
        self.handles = [Frail(PostgresStore(pool), NoKeys()) for pool in pools]  # type: ignore[arg-type]

    def ringing(self, worker: int = 0, *, hours: float = 0) -> Ringing:
        return Ringing(self.timers, self.handles[worker], self.pools[worker], now=lambda: self.began + timedelta(hours=hours))

    async def record(self, stream: UUID, event: Event, *, ago: timedelta = timedelta()) -> None:
        """A fact as a person records it. ago: how long before it had happened."""
        envelope = Envelope(command_id=uuid4(), ctx=CTX, occurred_at=datetime.now(UTC) - ago)
        await Handle.run(self.handles[0], self.decider, stream, Do(event), envelope, None if isinstance(event, Lent) else "*")

    async def lend(self, hours: float, *, ago: timedelta = timedelta()) -> UUID:
        stream = uuid4()
        await self.record(stream, Lent(due=(self.began - ago + timedelta(hours=hours)).isoformat()), ago=ago)
        return stream

    async def shown(self) -> None:
        """Publish what is stored and wait until the read model shows every loan as it stands. In between nothing is published."""
        relay = self.world.relay(poll_ms=(20, 50))
        task = self._running(relay)
        behind = (
            "select count(*) from stream s where not exists (select 1 from applied a where a.stream_id = s.stream_id "
            "and a.consumer = 'casework.timers.v1' and a.version = s.version)"
        )
        await self.world.becomes(behind, 0, what="a read model that shows every loan", task=task)
        relay.stop()
        await task

    async def reminders(self, stream: UUID | None = None) -> int:
        found = await self.world.value(
            "select count(*) from event where type = 'reminded' and ($1::uuid is null or stream_id = $1)", stream
        )
        return int(found)


def timers_of(aggregate: Aggregate) -> Timers:
    timers = Timers("casework", topics=[aggregate.topic])
    due: dict[str, Any] = {"decider": Decider(aggregate=aggregate, initial=None, decide=decide, evolve=lambda state, event: state)}

    @timers.on("gabay.casework.lent.v1")
    def lent(fact: Fact) -> Change:
        return Start("REMIND", "once", due=fact.data["due"])

    @timers.on("gabay.casework.returned.v1", "gabay.casework.reminded.v1")
    def returned(fact: Fact) -> Change:
        return Stop("REMIND")

    @timers.on("gabay.casework.lost.v1")
    def lost(fact: Fact) -> Change:
        return Forget()

    @timers.rings("REMIND")
    def remind(when: Due, found: None) -> Wish:
        return Wish(**due, stream_id=when.stream_id, command=Do(Reminded(item=when.item)), ctx=when.ctx)

    return timers


@pytest.fixture
async def library(world: World, running: Running) -> AsyncIterator[Library]:
    aggregate = Aggregate("casework", f"loan{world.aggregate.name.removeprefix('case')}", Lent, Returned, Reminded, Lost)
    await ensure(world.broker.bootstrap, topics=[Topic(aggregate.topic)])
    timers = timers_of(aggregate)
    await ensure_generation(world.owner, timers.projection)
    world.encoder = Encoder("test", [aggregate])
    pools = [await open_pool(world.database.worker, minimum=1, maximum=4) for _ in range(2)]
    running(world.consumer(timers.projection))
    yield Library(world, running, aggregate, timers, pools)
    for pool in pools:
        await pool.close()


async def test_a_timer_rings_when_it_is_due_and_its_ringing_is_a_fact(library: Library) -> None:
    stream = await library.lend(hours=2)
    await library.shown()
    assert await library.ringing(hours=1.9).round() == 0
    assert await library.ringing(hours=2.1).round() == 1
    row = await library.world.owner.fetchrow("select event_id, data::text, occurred_at, version from event where type = 'reminded'")
    assert row["event_id"] == uuid5(uuid5(stream, "REMIND:once"), "0")
    assert (row["version"], row["occurred_at"]) == (2, library.began + timedelta(hours=2))
    assert '"actor": "system"' in row["data"]


async def test_what_it_waited_for_stops_it(library: Library) -> None:
    stream = await library.lend(hours=2)
    await library.record(stream, Returned())
    await library.shown()
    assert await library.ringing(hours=99).round() == 0


async def two_workers_at_once(library: Library) -> int:
    """Both have read the row before either rings."""
    await library.lend(hours=2)
    await library.shown()
    gate = asyncio.Barrier(2)
    for handle in library.handles:
        handle.gate = gate
    await asyncio.gather(*(library.ringing(worker, hours=3).round() for worker in (0, 1)))
    return await library.reminders()


async def a_worker_that_dies(library: Library) -> int:
    """Between any two of its steps; others go on where it stopped."""
    for dies in ("before the append", "after the append", "before the read model shows it"):
        await library.lend(hours=2)
        await library.shown()
        library.handles[0].dies = dies
        with suppress(Died):
            await library.ringing(0, hours=3).round()
        library.handles[0].dies = ""
        # The next one looks at once, and once more when everything is shown.
        await library.ringing(1, hours=3).round()
        await library.shown()
        await library.ringing(0, hours=3).round()
    return await library.reminders()


async def days_of_downtime(library: Library) -> int:
    """Nobody looked for three days; one loan came back meanwhile, and the read model has not heard of it."""
    _, returned = await library.lend(hours=2), await library.lend(hours=2)
    await library.shown()
    await library.record(returned, Returned())
    ringing = library.ringing(hours=72)
    await ringing.round()
    await library.shown()
    await ringing.round()
    return await library.reminders()


@pytest.mark.parametrize(
    ("story", "bug", "reminders"),
    [
        (two_workers_at_once, None, 1),
        (two_workers_at_once, "timers_ring_anew", 2),
        (a_worker_that_dies, None, 3),
        (a_worker_that_dies, "timers_stop_before_they_ring", 2),
        (days_of_downtime, None, 1),
        (days_of_downtime, "timers_trust_what_lags", 2),
        (days_of_downtime, "timers_look_back_an_hour", 0),
    ],
)
async def test_each_loan_is_reminded_of_once_and_a_bug_is_found_out(
    library: Library, story: Callable[[Library], Awaitable[int]], bug: str | None, reminders: int
) -> None:
    with planted(bug) if bug else nullcontext():
        assert await story(library) == reminders


async def test_a_voided_return_lets_the_timer_run_again_and_the_end_of_a_stream_forgets_it(library: Library) -> None:
    handlers = library.timers.projection.handlers
    stream, other = await library.lend(hours=2), await library.lend(hours=2)
    await library.record(stream, Returned())
    await library.record(other, Lost())
    await library.shown()
    assert await library.ringing(hours=3).round() == 0
    assert await library.world.value("select count(*) from timers_v1.timer") == 1
    handlers["gabay.casework.lost.v1"] = lambda fact: [Op("resume", (fact.stream, "REMIND", None))]
    await library.record(stream, Lost())
    await library.shown()
    assert await library.ringing(hours=3).round() == 1


async def test_what_is_told_late_rings_later(library: Library) -> None:
    """Old papers are entered: nobody could answer here before the question was recorded."""
    day = timedelta(days=1)
    await library.lend(hours=6, ago=timedelta(hours=3))
    await library.lend(hours=6, ago=300 * day)
    await library.shown()
    rings = [
        (row[0] - library.began).total_seconds() / 3600
        for row in await library.world.owner.fetch("select rings_at from timers_v1.timer order by 1")
    ]
    assert rings == pytest.approx([6, 6], abs=0.1)
    old = await library.lend(hours=24 * 30, ago=300 * day)
    await library.shown()
    ringing = await library.world.value("select rings_at from timers_v1.timer where stream_id = $1", old)
    assert ringing - library.began == pytest.approx(7 * day, abs=timedelta(minutes=5))


async def test_what_is_refused_is_asked_again_later_and_holds_up_nothing(library: Library) -> None:
    rule = library.timers.rules["REMIND"]
    asked: list[UUID] = []
    no = await library.lend(hours=1)
    yes = await library.lend(hours=2)

    def ring(due: Due, found: None) -> Wish | None:
        asked.append(due.stream_id)
        wish = rule.ring(due, found)
        return replace(wish, command=Refuse()) if wish and due.stream_id == no else wish

    library.timers.rules["REMIND"] = replace(rule, ring=ring)
    await library.shown()
    clock = timedelta(hours=3)
    ringing = Ringing(library.timers, library.handles[0], library.pools[0], now=lambda: library.began + clock)
    assert (await ringing.round(), asked) == (1, [no, yes])
    assert (await ringing.round(), asked) == (0, [no, yes])
    clock += AGAIN
    await ringing.round()
    assert asked == [no, yes, no]


async def test_a_store_that_is_away_is_waited_for(library: Library) -> None:
    await library.lend(hours=1)
    await library.shown()

    async def away(*_: Any) -> Any:
        raise Unavailable("Postgres")

    ringing = library.ringing(hours=2)
    library.handles[0].run = away  # type: ignore[method-assign]
    with pytest.raises(Unavailable):
        await ringing.round()
    del library.handles[0].run  # type: ignore[attr-defined]
    assert await ringing.round() == 1


async def test_many_timers_ring_in_one_round(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.messaging.timers.PAGE", 3)
    for _ in range(7):
        await library.lend(hours=1)
    await library.shown()
    assert await library.ringing(hours=2).round() == 7
