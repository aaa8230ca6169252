"""The language of reactions: a foreign fact, and what was looked up for it -> commands of our own.

    reactions = Reactions("casework")

    @reactions.on("R1", "gabay.intake.client-registered.v1")
    def open_requested_case(fact: Fact, found: None) -> Wish | None:
        ...

Functions are pure; whatever has to be read first is read by `look_up`. The command id follows from the event's id and
the reaction's name, so a fact that arrives again, or a worker that dies between command and offset, changes nothing.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from shared.eventsourcing.decider import Decider
from shared.eventsourcing.event import Context
from shared.eventsourcing.ids import derived
from shared.eventsourcing.projection import Fact
from shared.privacy.classes import FieldClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A command that a reaction wants carried out.

    stream_id: None starts a stream whose id is the command id. item: tells apart several commands of one event (the id
    of the case, of the referral). expected: version of the stream, or "*" for whichever it is.
    """

    decider: Decider[Any, Any]
    stream_id: UUID | None
    command: Any
    ctx: Context
    item: str = ""
    expected: int | Literal["*"] | None = "*"


React = Callable[[Fact, Any], Wish | Iterable[Wish] | None]
LookUp = Callable[[Fact, Any], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One reaction to one type. dropped: codes of refusals that mean no more than that the state has moved on."""

    name: str
    react: React
    look_up: LookUp | None
    dropped: frozenset[str]

    def command_id(self, event_id: str, item: str = "") -> UUID:
        """uuid5(event id, reaction name), or with the item behind the name (events chapter, section 5)."""
        return derived(UUID(event_id), f"{self.name}:{item}" if item else self.name)


# Refusals that only say: meanwhile it was done, overtaken, or there is nobody left to do it for.
MOVED_ON = frozenset({"invalid-state", "client-erased", "client-retired"})


class Reactions:
    """The reactions of one service, under one consumer name that has no version: they are never run again by a rebuild.

    topics: what to read; None = the topics of the types that are named. opens: sealed classes that they need opened.
    """

    def __init__(self, service: str, *, topics: Iterable[str] | None = None, opens: Iterable[FieldClass] = ()) -> None:
        self.service = service
        self.topics = None if topics is None else tuple(topics)
        self.opens = frozenset(opens)
        self.rules: dict[str, list[Rule]] = {}

    @property
    def consumer(self) -> str:
        return f"{self.service}.reactions"

    def on(self, name: str, *types: str, look_up: LookUp | None = None, dropped: Iterable[str] = ()) -> Callable[[React], React]:
        """Register a reaction to one or several `ce_type`s.

        look_up: async (fact, handle) -> found, read before the reaction; dropped: further codes of refusals that are
        logged and forgotten, because they only say that the wish was fulfilled or overtaken meanwhile.
        """

        def register(react: React) -> React:
            rule = Rule(name, react, look_up, MOVED_ON | frozenset(dropped))
            for ce_type in types:
                rules = self.rules.setdefault(ce_type, [])
                if any(each.name == name for each in rules):
                    raise ValueError(f"{self.service} names reaction {name} to {ce_type} twice")
                rules.append(rule)
            return react

        return register
