"""A stream as it is read: its rows, its facts, and what they fold to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, overload
from uuid import UUID

from shared.eventsourcing.decider import Decider
from shared.eventsourcing.event import Context, Event, Recorded, standing
from shared.eventsourcing.store import StoredEvent

S = TypeVar("S")


class Facts(Sequence[Recorded[Event]]):
    """The facts of a loaded stream in order, each made when it is asked for: most who load a stream want its state alone."""

    def __init__(self, stored: Sequence[StoredEvent], events: Sequence[Event]) -> None:
        self._stored, self._events = stored, events

    def __len__(self) -> int:
        return len(self._stored)

    @overload
    def __getitem__(self, index: int) -> Recorded[Event]: ...
    @overload
    def __getitem__(self, index: slice) -> list[Recorded[Event]]: ...
    def __getitem__(self, index: int | slice) -> Recorded[Event] | list[Recorded[Event]]:
        if isinstance(index, slice):
            return recorded(self._stored[index], self._events[index])
        return _fact(self._stored[index], self._events[index])


@dataclass(frozen=True, slots=True)
class Loaded(Generic[S]):
    """A stream folded. version 0: it does not exist. stored: its rows, on which a command of the same call can decide."""

    state: S
    version: int
    facts: Sequence[Recorded[Event]]
    stored: Sequence[StoredEvent] = ()


def folded(decider: Decider[Any, S], stored: Sequence[StoredEvent], events: Sequence[Event]) -> S:
    if decider.record is not None:
        return decider.record(recorded(stored, events))
    return decider.fold(standing([s.event_id for s in stored], events))


def recorded(stored: Sequence[StoredEvent], events: Sequence[Event]) -> list[Recorded[Event]]:
    return [_fact(s, event) for s, event in zip(stored, events, strict=True)]


def _fact(s: StoredEvent, event: Event) -> Recorded[Event]:
    return Recorded(
        stream_id=s.stream_id,
        version=s.version,
        event_id=s.event_id,
        event=event,
        ctx=Context.read(s.data["ctx"]),
        occurred_at=s.occurred_at,
        recorded_at=s.recorded_at,
        command_id=UUID(s.meta["command_id"]),
        meta=s.meta,
    )
