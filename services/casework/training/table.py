"""From which state which command is accepted, and where it leads (events chapter, section 3)."""

from typing import Final

from shared.codes import SessionState as S
from shared.errors import Rejected
from shared.eventsourcing.machine import Machine, Move

SCHEDULED: Final = frozenset({S.SCHEDULED})
HELD: Final = frozenset({S.HELD})
DESK: Final = "reception, caseworker, counsellor, supervisor"

MACHINE: Final = Machine(
    "Training session",
    S,
    (
        Move("ScheduleSession", frozenset(), S.SCHEDULED, "TrainingSessionScheduled", DESK),
        Move("Enrol", SCHEDULED, None, "TrainingEnrolled", DESK, "not for partners' staff; a seat is left; consent or another basis"),
        Move("Unenrol", SCHEDULED, None, "TrainingUnenrolled", DESK),
        Move("HoldSession", SCHEDULED, S.HELD, "TrainingSessionHeld", DESK, "not in the future; partners' staff are counted"),
        Move("CancelSession", SCHEDULED, S.CANCELLED, "TrainingSessionCancelled", DESK),
        Move("RecordOutcome", HELD, None, "TrainingOutcomeRecorded", DESK, "enrolled; completed from 80 % of the hours on"),
    ),
)

MACHINES: Final = (MACHINE,)


def allowed(state: S | None) -> list[str]:
    """Names of the commands that a session in this state accepts."""
    return MACHINE.commands(state)


def invalid_state(state: S | None) -> Rejected:
    """The refusal of a command that the state does not accept."""
    return Rejected("invalid-state", "See what is allowed now.", state=state, allowed=allowed(state))
