"""Voiding: an entry that never was true (events chapter, section 6). Pure, and the same for every aggregate.

    CLIENT = Decider(..., voidable={ReturnRecorded: ALWAYS, ReferralAccepted: LAST, TracingProgressed: "tracing_id"})
    await handle.run(voiding(CLIENT), client_id, VoidEntry(...), envelope, expected)

A void fact is absent for every fold (`event.standing`); the record stays. Rows that it wrote with its append are taken
back: what it claimed is released, what it made findable is found no more.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from shared.codes import VoidReason
from shared.contracts.entry import EntryVoided
from shared.errors import OutOfScope, Rejected
from shared.eventsourcing.decider import ALWAYS, LAST, Decider, Row, RowKind
from shared.eventsourcing.event import VOIDED, Event, Recorded, standing, voided

S = TypeVar("S")

AUTHOR_FOR: Final = timedelta(hours=24)
"""How long the one who wrote an entry may void it alone."""

UNDONE: Final[Mapping[RowKind, RowKind]] = {
    "search": "unsearch", "unsearch": "search", "blind": "unblind", "unblind": "blind", "claim": "release", "release": "claim",
    "take": "give", "give": "take",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidEntry:
    """now, actor: when and by whom. supervisor: the actor may sign at the centre of the record."""

    event_id: UUID
    reason: VoidReason
    replaced_by: UUID | None = None
    now: datetime
    actor: str | None
    supervisor: bool = False
    requested_by: str | None = None


@dataclass(frozen=True, slots=True)
class Journal(Generic[S]):
    """A stream with its authors, and what the facts of it that stand fold to."""

    facts: Sequence[Recorded[Event]]
    state: S

    def stands(self) -> list[Recorded[Event]]:
        """The facts that are neither void nor a correction."""
        gone = voided([fact.event for fact in self.facts])
        return [fact for fact in self.facts if fact.event_id not in gone and fact.event.event_type != VOIDED]


def voiding(decider: Decider[Any, S]) -> Decider[VoidEntry, Any]:
    """The decider that voids facts of an aggregate: it folds like it, and decides on the whole record."""

    def decide(command: VoidEntry, journal: Journal[S]) -> list[Event]:
        return list(_void(decider, command, journal))

    def rows(stream_id: UUID, journal: Journal[S], event: EntryVoided) -> Iterable[Row]:
        return _undone(decider, stream_id, journal, event.event_id)

    def record(facts: Sequence[Recorded[Event]]) -> Journal[S]:
        return Journal(facts, decider.state_of(facts))

    told: Decider[Any, Any] = decider
    return replace(told, decide=decide, rows=rows, indexed=None, record=record)


def _void(decider: Decider[Any, S], command: VoidEntry, journal: Journal[S]) -> list[EntryVoided]:
    decider.check_void(journal.state)
    fact = next((fact for fact in journal.facts if fact.event_id == command.event_id), None)
    if fact is None:
        raise OutOfScope()
    stands = journal.stands()
    if all(each is not fact for each in stands) and fact.event.event_type != VOIDED:
        return []
    until = decider.voidable.get(type(fact.event))
    if until is None:
        raise Rejected("not-voidable", "A fact of this type is taken back in another way, or not at all.", rule="type")
    if _followed(fact, stands, until):
        raise Rejected("not-voidable", "Void what followed on it first, the last fact before the earlier ones.", rule="last")
    if command.replaced_by == command.event_id:
        raise Rejected("validation", "Name the other fact.", errors=[{"loc": "/replaced_by", "code": "not-allowed-here"}])
    _check_author(command, fact)
    return [
        EntryVoided(
            event_id=fact.event_id,
            voided_type=fact.event.event_type,
            reason=command.reason,
            replaced_by=command.replaced_by,
        )
    ]


def _followed(fact: Recorded[Event], stands: Sequence[Recorded[Event]], until: str) -> bool:
    if until == ALWAYS:
        return False
    later = [each.event for each in stands if each.version > fact.version]
    if until == LAST:
        return bool(later)
    item = getattr(fact.event, until)
    return any(type(each) is type(fact.event) and getattr(each, until) == item for each in later)


def _check_author(command: VoidEntry, fact: Recorded[Event]) -> None:
    """The author within a day; a supervisor whom somebody else asked, also later."""
    if fact.ctx.actor == command.actor and command.now - fact.recorded_at <= AUTHOR_FOR:
        return
    if not command.supervisor:
        raise Rejected("not-voidable", "Ask a supervisor: only the author may, and only within 24 hours.", rule="author")
    if command.requested_by is None:
        raise Rejected("validation", "Name who asked for it.", errors=[{"loc": "/requested_by", "code": "missing"}])


def _undone(decider: Decider[Any, S], stream_id: UUID, journal: Journal[S], event_id: UUID) -> list[Row]:
    """The rows that the fact wrote, taken back."""
    before: list[Recorded[Event]] = []
    for fact in journal.facts:
        if fact.event_id == event_id:
            state = decider.fold(standing([each.event_id for each in before], [each.event for each in before]))
            rows = decider.rows_of(stream_id, state, [fact.event])
            return [row._replace(kind=UNDONE[row.kind]) for row in rows if row.name not in decider.kept]
        before.append(fact)
    return []
