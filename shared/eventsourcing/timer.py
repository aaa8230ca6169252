"""The language of timers: a fact of ours starts one, and when it is due it becomes a command of ours.

    timers = Timers("referrals", topics=[REFERRAL.topic])

    @timers.on("gabay.referrals.referral-sent.v1")
    def sent(fact: Fact) -> Change:
        return Start("T1", "ACK", due=fact.data["lapse_ack"])

    @timers.rings("T1")
    def lapse(due: Due, found: None) -> Wish | None:
        return Wish(decider=REFERRAL, stream_id=due.stream_id, command=Lapse(at=due.at, ...), ctx=due.ctx)

Timers are rows of a read model (`<service>.timers`), so they survive any downtime and can be regrown from the facts. The
command id follows from stream, timer and item, so a timer that rings twice (two workers, a worker that died between
command and row) is one command. Which timers there are: events chapter, section 5, T1 to T4.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson

from shared.eventsourcing.event import Context
from shared.eventsourcing.ids import derived
from shared.eventsourcing.projection import Fact, Op, Projection
from shared.eventsourcing.reaction import MOVED_ON, Wish

AT_ONCE: Final = timedelta(minutes=5)
"""Recorded within this time, a fact was told as it happened."""

LATE: Final = timedelta(days=7)
"""How long after it was recorded a fact told late may still start a timer whose time is past."""


@dataclass(frozen=True, slots=True)
class Start:
    """A timer of the fact's stream. due: instant, as RFC 3339 text or datetime. item: tells timers of one name apart.

    Started again under the same name and item it takes the new time.
    """

    name: str
    item: str = ""
    due: str | datetime = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """What the timer waited for has happened. item None: every timer of that name."""

    name: str
    item: str | None = None


@dataclass(frozen=True, slots=True)
class Resume:
    """The fact that stopped it was voided: it runs again, with the time it had. item None: every timer of that name."""

    name: str
    item: str | None = None


@dataclass(frozen=True, slots=True)
class Forget:
    """The stream has come to its end: none of its timers will ring."""


Change = Start | Stop | Resume | Forget


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A timer that rings. at: the time it was set to; rings_at: later only for what was told late.

    now: by the clock of the worker. ctx: of the fact that started it, now the system's. version: of the stream, which the
    read model has applied.
    """

    stream_id: UUID
    name: str
    item: str
    at: datetime
    rings_at: datetime
    now: datetime
    ctx: Context
    version: int

    @property
    def key(self) -> str:
        return f"{self.name}:{self.item}" if self.item else self.name

    @property
    def command_id(self) -> UUID:
        """uuid5(stream id, `<timer>:<item>`): the same whenever and wherever it rings."""
        return derived(self.stream_id, self.key)


Ring = Callable[[Due, Any], Wish | None]
LookUp = Callable[[Due, Any], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a timer of one name does. dropped: codes of refusals that mean no more than that the state has moved on."""

    ring: Ring
    look_up: LookUp | None
    dropped: frozenset[str]


class Timers:
    """The timers of one service: a read model of those that run, and what each does when it is due.

    topics: of the service's own aggregates. Sealed classes stay closed here, since rows stand in the open: a time that tells
    a birthday is of a person. What needs such a date asks for it when it rings, and answers None while it is too early.
    """

    def __init__(self, service: str, *, topics: Iterable[str], version: int = 1) -> None:
        self.service = service
        self.projection = Projection(f"{service}.timers", version=version, topics=topics, statements="shared.timers")
        self.rules: dict[str, Rule] = {}

    def on(self, *types: str) -> Callable[[Callable[[Fact], Change | Iterable[Change] | None]], Any]:
        """Register what facts of some `ce_type`s start and stop."""

        def register(change: Callable[[Fact], Change | Iterable[Change] | None]) -> Any:
            self.projection.on(*types)(lambda fact: [_operation(fact, each) for each in _several(change(fact))])
            return change

        return register

    def rings(self, name: str, *, look_up: LookUp | None = None, dropped: Iterable[str] = ()) -> Callable[[Ring], Ring]:
        """Register what a timer of this name does when it is due: a command, or None for "not yet, ask again".

        look_up: async (due, handle) -> found, read before. dropped: further codes of refusals that are no fault.
        """

        def register(ring: Ring) -> Ring:
            if name in self.rules:
                raise ValueError(f"{self.service} says twice what {name} does")
            self.rules[name] = Rule(ring, look_up, MOVED_ON | frozenset(dropped))
            return ring

        return register


def rings_at(fact: Fact, due: datetime) -> datetime:
    """When a timer rings that a fact sets to `due`.

    Told as it happened: when due. Told late, it rings as much later as the fact was told late, at most a week after it was
    recorded: whoever enters old papers enters the answers after the questions, and nobody could answer here before.
    """
    recorded = datetime.fromisoformat(fact.recorded_at)
    delay = recorded - datetime.fromisoformat(fact.occurred_at)
    return due if delay < AT_ONCE else max(due, min(due + delay, recorded + LATE))


def _operation(fact: Fact, change: Change) -> Op:
    match change:
        case Start(name=name, item=item, due=due):
            at = datetime.fromisoformat(due) if isinstance(due, str) else due
            ctx = orjson.dumps(replace(Context.read(fact.ctx), actor="system", role="system", requested_by=None).wire()).decode()
            return Op("start", (fact.stream, name, item, at.isoformat(), rings_at(fact, at).isoformat(), ctx))
        case Stop(name=name, item=item):
            return Op("stop", (fact.stream, name, item))
        case Resume(name=name, item=item):
            return Op("resume", (fact.stream, name, item))
        case Forget():
            return Op("forget", (fact.stream,))


def _several(found: Change | Iterable[Change] | None) -> Iterable[Change]:
    if found is None:
        return ()
    return (found,) if isinstance(found, Start | Stop | Resume | Forget) else found
