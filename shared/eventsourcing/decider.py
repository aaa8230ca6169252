"""The language of decisions: decide, evolve, and the rows that a fact claims in the same append.

    CLIENT = Decider(aggregate=contracts.CLIENT, initial=State(), decide=decide, evolve=evolve)

`decide(command, state)` sees a command and a state and nothing else: no clock, no chance, no settings, no await.
`evolve(state, event)` never validates and never fails.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, Final, Generic, Literal, NamedTuple, TypeVar
from uuid import UUID

from shared.eventsourcing.event import Aggregate, Event, Recorded, standing
from shared.privacy.classes import FieldClass

C = TypeVar("C")
S = TypeVar("S")

RowKind = Literal["search", "blind", "claim", "take", "unsearch", "unblind", "release", "give"]


class Row(NamedTuple):
    """A derived row that the append itself writes, so that it is visible at once (architecture, section 4).

    search / unsearch   find streams by an opaque key (open cases of a client): never anything personal
    blind / unblind     find streams by something personal: only its HMAC is stored
    claim / release     a reservation: the same (name, key) of another stream makes the append fail as `rule`
    take / give         one place of the unit `key`: where `limit` places are taken the append fails as rule `occupancy`
    """

    kind: RowKind
    name: str
    key: str
    limit: int = 0


ALWAYS: Final = ""
"""Of a fact that may be void whatever followed it."""

LAST: Final = "*"
"""Of a fact that may be void only while it is the last of its stream that stands."""


def no_rows(stream_id: UUID, state: Any, event: Event) -> Iterable[Row]:
    return ()


def no_check(state: Any) -> None:
    """Nothing more to ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decider(Generic[C, S]):
    """One aggregate's behaviour.

    rows: (stream id, state before the event, event) -> rows that the append writes with it. Pure, so that they can
    be regrown from the facts. indexed: the events that have rows (None: any may), so that the runner need not fold the
    new events of a registration for those that have none. opens: the sealed classes that the fold needs; all others read as ERASED.
    claimed: reservation name (or `occupancy`) -> problem code of the refusal when another stream holds it.

    voidable: facts that may turn out never to have been true -> ALWAYS, LAST, or the member that names an item: then only
    its last fact of this type. check_void: raises Rejected where the stream takes no correction any more.
    kept: names of search rows that stay when their fact is void, since what it sealed is still there to be forgotten.
    record: the whole record as the state, void facts and who wrote them included, in place of the fold (`void.voiding`).
    """

    aggregate: Aggregate
    initial: S
    decide: Callable[[C, S], list[Event]]
    evolve: Callable[[S, Any], S]
    rows: Callable[[UUID, S, Any], Iterable[Row]] = no_rows
    indexed: frozenset[type[Event]] | None = None
    opens: frozenset[FieldClass] = frozenset()
    claimed: tuple[tuple[str, str], ...] = ()
    voidable: Mapping[type[Event], str] = field(default_factory=dict)
    check_void: Callable[[S], None] = no_check
    kept: frozenset[str] = frozenset()
    record: Callable[[Sequence[Recorded[Event]]], S] | None = None

    def rows_of(self, stream_id: UUID, state: S, events: Sequence[Event]) -> list[Row]:
        """The rows of new events that follow on `state`."""
        if self.rows is no_rows:
            return []
        rows: list[Row] = []
        indexed = [self.indexed is None or type(event) in self.indexed for event in events]
        for n, event in enumerate(events):
            if indexed[n]:
                rows.extend(self.rows(stream_id, state, event))
            if not any(indexed[n + 1 :]):
                break
            state = self.evolve(state, event)
        return rows

    def state_of(self, facts: Sequence[Recorded[Event]]) -> S:
        """The state that the facts of a stream give: those that stand, folded."""
        if self.record is not None:
            return self.record(facts)
        return self.fold(standing([fact.event_id for fact in facts], [fact.event for fact in facts]))

    def fold(self, events: Iterable[Event], state: S | None = None) -> S:
        """Facts that all stand, folded."""
        return reduce(self.evolve, events, self.initial if state is None else state)
