"""What comes of a command on a training session: seats are counted, partners' staff are not registered, 80 % completes."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final
from uuid import UUID

from services.casework.grounds import grounded
from shared.codes import STAFF_COURSES
from shared.contracts.casework import training_session as facts
from shared.contracts.casework.training_session import TRAINING_SESSION
from shared.errors import Rejected
from shared.eventsourcing.decider import Decider, Row
from shared.eventsourcing.event import Event

from .commands import CancelSession, Command, Enrol, HoldSession, RecordOutcome, ScheduleSession, Unenrol
from .state import State, evolve
from .table import MACHINE, allowed, invalid_state

COMPLETES: Final = Decimal("0.8")
"""Share of the hours taught from which on a training counts as completed (events chapter, event 57)."""


def decide(command: Command, state: State) -> list[Event]:
    if not MACHINE.accepts(type(command).__name__, state.state):
        raise invalid_state(state.state)
    match command:
        case ScheduleSession():
            return _schedule(command)
        case Enrol(client_id=client_id):
            return _enrol(command, state) if client_id not in state.enrolled else []
        case Unenrol(client_id=client_id):
            return [facts.TrainingUnenrolled(client_id=client_id)] if client_id in state.enrolled else []
        case HoldSession():
            return _hold(command, state)
        case RecordOutcome():
            return _record(command, state)
        case CancelSession(reason=reason):
            return [facts.TrainingSessionCancelled(reason=reason)]


def _schedule(command: ScheduleSession) -> list[Event]:
    return [
        facts.TrainingSessionScheduled(
            course=command.course,
            provider=command.provider,
            sub_committee=command.sub_committee,
            hours=command.hours,
            place=command.place,
            vintage=command.vintage,
            starts=command.starts,
            capacity=command.capacity,
            for_staff=command.course in STAFF_COURSES,
        )
    ]


def _enrol(command: Enrol, state: State) -> list[Event]:
    assert state.scheduled is not None
    if state.scheduled.for_staff:
        ways = [name for name in allowed(state.state) if name not in ("Enrol", "Unenrol")]
        raise Rejected("invalid-state", "Count partners' staff when the session is held.", state=state.state, allowed=ways)
    grounded(command.ground)
    if state.full:
        raise Rejected("session-full", "Choose another session, or wait until somebody gives a seat up.")
    return [facts.TrainingEnrolled(client_id=command.client_id)]


def _hold(command: HoldSession, state: State) -> list[Event]:
    assert state.scheduled is not None
    if command.held_on > command.today:
        raise Rejected("date-in-future", "Record a session once it took place.", fields=["/held_on"])
    counted = sum(group.n for group in command.staff_participants)
    if command.staff_participants and not state.scheduled.for_staff:
        raise _refused("/staff_participants", "not-allowed-here", "Enrol clients; only partners' staff are counted.")
    if state.scheduled.for_staff and counted != command.attendees:
        raise _refused("/attendees", "out-of-range", "Give as many attendees as staff_participants add up to.")
    return [
        facts.TrainingSessionHeld(
            held_on=command.held_on,
            hours=command.hours or state.scheduled.hours,
            attendees=command.attendees,
            staff_participants=command.staff_participants or None,
        )
    ]


def _record(command: RecordOutcome, state: State) -> list[Event]:
    assert state.held is not None
    if command.client_id not in state.enrolled:
        raise _refused("/client_id", "not-allowed-here", "Record outcomes of clients who were enrolled.")
    attended, taught = Decimal(command.attended_hours), Decimal(state.held.hours)
    if attended > taught:
        raise _refused("/attended_hours", "out-of-range", "Give at most the hours that were taught.")
    scores = facts.ScoreProfile(pre=command.pre, post=command.post)
    event = facts.TrainingOutcomeRecorded(
        client_id=command.client_id,
        attended_hours=command.attended_hours,
        completed=attended >= COMPLETES * taught,
        profile=scores if command.pre is not None or command.post is not None else None,
    )
    if known := state.outcomes.get(command.client_id):
        if known.attended_hours == event.attended_hours:
            return []  # scores are never opened here: what stands open decides whether it is the same
        raise Rejected("already-exists", "Void the outcome that was entered first, if it never was true.")
    return [event]


def _refused(loc: str, code: str, remedy: str) -> Rejected:
    return Rejected("validation", remedy, errors=[{"loc": loc, "code": code}])


def session_of(client_id: UUID | str) -> Row:
    """The search row by which the trainings are found in which a client ever had a seat."""
    return Row("search", "session-of", str(client_id))


def _rows(stream_id: UUID, state: State, event: Event) -> Iterable[Row]:
    if isinstance(event, facts.TrainingEnrolled):
        yield session_of(event.client_id)


TRAINING: Final[Decider[Command, State]] = Decider(
    aggregate=TRAINING_SESSION,
    initial=State(),
    decide=decide,
    evolve=evolve,
    rows=_rows,
    indexed=frozenset({facts.TrainingEnrolled}),
    voidable={facts.TrainingOutcomeRecorded: "client_id"},
)
