"""Given, when, then: facts, a command, and what must follow. No mock, no database, no fixture.

given(CLIENT, registered(), figures()).when(end).then(ended)
given(CLIENT, registered(), figures(), ended).when(end).rejected("consent-missing", purpose="STATISTICS")
given(CLIENT).when(register).then_types(ClientRegistered, ConsentGiven)
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel

from shared.errors import PROBLEMS, Rejected
from shared.eventsourcing.decider import Decider, Row
from shared.eventsourcing.event import Event
from shared.privacy.classes import ERASED

E = TypeVar("E", bound=Event)


def given(decider: Decider[Any, Any], *events: Event) -> "Given":
    """The facts of one stream so far, oldest first."""
    return Given(decider, events)


@dataclass(frozen=True)
class Given:
    decider: Decider[Any, Any]
    events: Sequence[Event]

    @property
    def state(self) -> Any:
        return self.decider.fold(self.events)

    def when(self, command: Any) -> "Outcome":
        """Decide a command on the state that the facts fold to."""
        try:
            decided = self.decider.decide(command, self.state)
        except Rejected as refusal:
            return Outcome(self, [], refusal)
        return Outcome(self, decided, None)


@dataclass(frozen=True)
class Outcome:
    before: Given
    events: Sequence[Event]
    refusal: Rejected | None

    def then(self, *expected: Event) -> "Given":
        """Exactly these facts follow; returns them appended, so that a story can go on."""
        assert self._decided() == list(expected)
        return self.after()

    def then_types(self, *expected: type[Event]) -> "Given":
        """Facts of exactly these types follow, in this order."""
        assert [type(event) for event in self._decided()] == list(expected)
        return self.after()

    def nothing(self) -> None:
        """It was already so: no fact follows, and nobody is refused."""
        assert self._decided() == []

    def rejected(self, code: str, **members: Any) -> None:
        """The command is refused with this problem code and at least these extension members."""
        assert code in PROBLEMS, f"{code} is no problem code of shared/errors.py"
        assert self.refusal is not None, f"decided {self.events} where {code} was expected"
        assert self.refusal.code == code, f"refused as {self.refusal}, not as {code}"
        assert {name: self.refusal.members.get(name) for name in members} == members

    def refused_at(self, *locations: str) -> None:
        """The command is refused as `validation`, at exactly these places of its form."""
        self.rejected("validation")
        assert self.refusal is not None
        assert [error["loc"] for error in self.refusal.members["errors"]] == list(locations)

    def fact(self, which: type[E]) -> E:
        """The one decided fact of a type."""
        found = [event for event in self._decided() if isinstance(event, which)]
        assert len(found) == 1, f"{len(found)} facts of {which.__name__} among {self.events}"
        return found[0]

    def rows(self, stream_id: Any) -> list[Row]:
        """The derived rows that the append would write."""
        state, rows = self.before.state, []
        for event in self._decided():
            rows.extend(self.before.decider.rows(stream_id, state, event))
            state = self.before.decider.evolve(state, event)
        return rows

    def after(self) -> "Given":
        return Given(self.before.decider, [*self.before.events, *self._decided()])

    def _decided(self) -> list[Event]:
        assert self.refusal is None, f"refused: {self.refusal} {self.refusal and dict(self.refusal.members)}"
        return list(self.events)


def forgotten(event: E) -> E:
    """The same fact after its subject's keys were destroyed: every sealed member reads as erased."""
    return event.model_copy(update={which.value: ERASED for which in event.sealed_classes if getattr(event, which)})


def in_every_way_forgotten(events: Sequence[Event]) -> list[list[Event]]:
    """The facts as they are read before erasure, after it, and with one class gone only: a fold must survive all."""
    ways: list[Callable[[Event], Event]] = [lambda event: event, forgotten]
    ways += [lambda event, which=which: _without(event, which) for which in {w for e in events for w in e.sealed_classes}]
    return [[way(event) for event in events] for way in ways]


def _without(event: Event, which: str) -> Event:
    return event.model_copy(update={which: ERASED}) if getattr(event, which, None) else event


def plaintexts(event: Event) -> dict[str, BaseModel]:
    """What would be sealed, by class."""
    members = {which.value: getattr(event, which) for which in event.sealed_classes}
    return {name: member for name, member in members.items() if isinstance(member, BaseModel)}
