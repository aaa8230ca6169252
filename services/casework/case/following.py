"""Follow-ups: planned looks back, when they are usual, and what came of them (domain chapter, section 7)."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final
from uuid import uuid5

from shared.codes import ContactResult, FollowUpType
from shared.contracts.casework import case as facts
from shared.errors import OutOfScope, Rejected
from shared.eventsourcing.event import Event

from .commands import RecordFollowUp, ScheduleFollowUp
from .ground import permitted, refused_at
from .state import State
from .table import invalid_state

ON_TIME: Final = timedelta(days=7)
"""A follow-up is on time until this long after its due day."""

MONTHS: Final[Mapping[FollowUpType, tuple[int, ...]]] = {
    FollowUpType.REINTEGRATION: (1, 3, 6, 12),
    FollowUpType.AFTER_REUNIFICATION: (1, 3, 6),
}
DAYS: Final[Mapping[FollowUpType, int]] = {FollowUpType.AFTER_SERVICE: 14, FollowUpType.SAFETY: 3}


def usual(kind: FollowUpType, after: date) -> list[date]:
    """The days on which one looks back, counted from the return, the service or the reunification; empty: none is usual."""
    if kind in DAYS:
        return [after + timedelta(days=DAYS[kind])]
    return [_months_after(after, n) for n in MONTHS.get(kind, ())]


def on_time(due: date, done: date) -> bool:
    """Whether a follow-up done on a day counts as on time."""
    return done <= due + ON_TIME


def schedule(command: ScheduleFollowUp, state: State) -> list[Event]:
    """One on a day that was said, or those that are usual and still ahead."""
    permitted(command.ground, state)
    if command.due is not None:
        days = [command.due]
    else:
        after = command.after or _since(command.type, state) or command.ground.on
        days = [day for day in usual(command.type, after) if day >= command.ground.on]
    if not days:
        raise refused_at("/due", "missing")
    ids = [command.follow_up_id, *(uuid5(command.follow_up_id, str(n)) for n in range(1, len(days)))]
    if known := state.follow_ups.get(command.follow_up_id):
        if (known.type, known.due) == (command.type, days[0]):
            return []
        raise Rejected("already-exists", "Another follow-up has this id: draw a new one.")
    return [facts.FollowUpScheduled(follow_up_id=each, type=command.type, due=day) for each, day in zip(ids, days, strict=True)]


def record(command: RecordFollowUp, state: State) -> list[Event]:
    """What came of a planned contact; another try is scheduled with it."""
    if command.ground is not None:
        permitted(command.ground, state)
    known = state.follow_ups.get(command.follow_up_id)
    if known is None:
        raise OutOfScope()
    if known.done is not None:
        if (known.done, known.contact) == (command.done, command.contact):
            return []
        raise invalid_state(state.state)
    if command.done > command.on:
        raise Rejected("date-in-future", "Record a follow-up once it took place.", fields=["/done"])
    if command.next is not None and (command.next <= command.done or command.contact is ContactResult.CANCELLED):
        raise refused_at("/next", "not-allowed-here")
    note = facts.FollowUpNote(note=command.note) if command.note else None
    recorded = facts.FollowUpRecorded(
        follow_up_id=command.follow_up_id,
        type=known.type,
        due=known.due,
        done=command.done,
        contact=command.contact,
        next=command.next,
        narrative=note,
    )
    if command.next is None:
        return [recorded]
    again = facts.FollowUpScheduled(follow_up_id=uuid5(command.follow_up_id, "next"), type=known.type, due=command.next)
    return [recorded, again]


def _since(kind: FollowUpType, state: State) -> date | None:
    """The day from which the usual looks back of a type count, as far as the case knows: arrival, reunification, service."""
    known = state.assistance
    days: dict[FollowUpType, list[date | None]] = {
        FollowUpType.REINTEGRATION: [journey.arrived_on for journey in known.returns.values()],
        FollowUpType.AFTER_REUNIFICATION: [search.reunified_on for search in known.searches.values()],
        FollowUpType.AFTER_SERVICE: [service.delivered_on for service in state.services.values()],
    }
    return max((day for day in days.get(kind, ()) if day is not None), default=None)


def _months_after(day: date, months: int) -> date:
    """The same day of a later month, or its last one."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first_of_next = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (first_of_next - timedelta(days=1)).day))
