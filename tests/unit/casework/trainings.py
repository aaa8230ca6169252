"""Builders of the facts and commands of training sessions, with good defaults."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from services.casework.training.commands import CancelSession, Enrol, HoldSession, RecordOutcome, ScheduleSession, Unenrol
from services.casework.training.decisions import TRAINING
from shared.codes import Course, SessionCancelReason, SessionState, Sex, SubCommittee
from shared.contracts.casework import training_session as facts
from tests.unit.casework.cases import CLIENT, ground

DAY = date(2026, 4, 11)
OTHER_CLIENT = UUID(int=81)


def scheduling(**changes: Any) -> ScheduleSession:
    return ScheduleSession(
        **{
            "course": Course.FINLIT,
            "provider": "OWWA",
            "sub_committee": SubCommittee.ESIP,
            "hours": "8",
            "place": "0600613000",
            "vintage": "2026-1Q",
            "starts": datetime(2026, 4, 11, tzinfo=UTC),
            "capacity": 2,
            **changes,
        }
    )


def scheduled(**changes: Any) -> facts.TrainingSessionScheduled:
    [event] = TRAINING.decide(scheduling(**changes), TRAINING.initial)
    assert isinstance(event, facts.TrainingSessionScheduled)
    return event


def enrolling(client: UUID = CLIENT, **changes: Any) -> Enrol:
    return Enrol(**{"client_id": client, "ground": ground(), **changes})


def enrolled(client: UUID = CLIENT) -> facts.TrainingEnrolled:
    return facts.TrainingEnrolled(client_id=client)


def holding(**changes: Any) -> HoldSession:
    return HoldSession(**{"held_on": DAY, "today": DAY, "attendees": 1, **changes})


def held(hours: str = "8") -> facts.TrainingSessionHeld:
    return facts.TrainingSessionHeld(held_on=DAY, hours=hours, attendees=1)


def recording(client: UUID = CLIENT, hours: str = "8", **changes: Any) -> RecordOutcome:
    return RecordOutcome(**{"client_id": client, "attended_hours": hours, "pre": "0.4", "post": "0.8", **changes})


def recorded(client: UUID = CLIENT) -> facts.TrainingOutcomeRecorded:
    scores = facts.ScoreProfile(pre="0.4", post="0.8")
    return facts.TrainingOutcomeRecorded(client_id=client, attended_hours="8", completed=True, profile=scores)


def cancelled() -> facts.TrainingSessionCancelled:
    return facts.TrainingSessionCancelled(reason=SessionCancelReason.LOW_TURNOUT)


def some_staff(n: int = 3) -> tuple[facts.StaffParticipants, ...]:
    return (facts.StaffParticipants(org="OWWA", sex=Sex.F, n=n),)


COMMANDS: dict[str, Any] = {
    "Enrol": enrolling(OTHER_CLIENT),
    "Unenrol": Unenrol(client_id=CLIENT),
    "HoldSession": holding(),
    "CancelSession": CancelSession(reason=SessionCancelReason.SAFETY),
    "RecordOutcome": recording(),
}

WAY_TO: dict[SessionState, list[Any]] = {
    SessionState.SCHEDULED: [scheduled(), enrolled()],
    SessionState.HELD: [scheduled(), enrolled(), held()],
    SessionState.CANCELLED: [scheduled(), cancelled()],
}
"""Facts that bring a session into each state."""
