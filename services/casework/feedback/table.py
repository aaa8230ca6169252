"""The way of a complaint (domain chapter, section 10)."""

from typing import Final

from shared.codes import ComplaintStage as S
from shared.errors import Rejected
from shared.eventsourcing.machine import Machine, Move

HANDLERS: Final = "supervisor, dpo; never the worker complained of"

MACHINE: Final = Machine(
    "Complaint",
    S,
    (
        Move("GiveFeedback", frozenset(), S.RECEIVED, "FeedbackRecorded", "anybody, also without login", "with a text"),
        Move("ProgressComplaint", frozenset({S.RECEIVED}), S.ACKNOWLEDGED, "ComplaintProgressed", HANDLERS, "due after 3 working days"),
        Move("ProgressComplaint", frozenset({S.ACKNOWLEDGED, S.ESCALATED}), S.RESOLVED, "ComplaintProgressed", HANDLERS,
             "with an outcome; due 15 working days after it was received"),
        Move("ProgressComplaint", frozenset({S.RECEIVED, S.ACKNOWLEDGED}), S.ESCALATED, "ComplaintProgressed", "system; " + HANDLERS,
             "to the provincial administrator; by itself once it is overdue"),
    ),
)  # fmt: skip

MACHINES: Final = (MACHINE,)


def invalid_state(state: S | None) -> Rejected:
    """The refusal of a step that does not follow; `allowed`: those that do."""
    return Rejected("invalid-state", "See which steps follow now.", state=state, allowed=MACHINE.following(state) if state else [])
