"""Builders of the facts and commands of feedback, with good defaults."""

from datetime import UTC, date, datetime
from typing import Any

from services.casework.feedback.commands import GiveFeedback, ProgressComplaint
from services.casework.feedback.decisions import FEEDBACK
from shared.codes import ComplaintOutcome, ComplaintStage, CsmChannel, CsmClientType, FeedbackKind, ServiceCode
from shared.contracts.casework import feedback as facts

DAY = date(2026, 3, 6)
DUE_ACK = datetime(2026, 3, 11, 9, tzinfo=UTC)
DUE = datetime(2026, 3, 27, 9, tzinfo=UTC)
ANSWERS = {"cc1": 1, "cc2": 2, "cc3": 1, "sqd0": 5, "sqd8": 4}
KNOWS_NOTHING = {"cc1": 4, "cc2": 5, "cc3": 4}


def a_form(**changes: Any) -> GiveFeedback:
    return GiveFeedback(
        **{
            "kind": FeedbackKind.CSM,
            "date": DAY,
            "today": DAY,
            "due_ack": DUE_ACK,
            "due_resolution": DUE,
            "csm_client_type": CsmClientType.CITIZEN,
            "service_code": ServiceCode.LEG,
            "channel": CsmChannel.ON_SITE,
            "answers": ANSWERS,
            **changes,
        }
    )


def a_complaint(**changes: Any) -> GiveFeedback:
    return GiveFeedback(
        **{
            "kind": FeedbackKind.COMPLAINT,
            "date": DAY,
            "today": DAY,
            "due_ack": DUE_ACK,
            "due_resolution": DUE,
            "about_service": ServiceCode.LEG,
            "text": "waited all day",
            "about_worker": "stf-w1",
            **changes,
        }
    )


def given_feedback(command: GiveFeedback | None = None) -> facts.FeedbackRecorded:
    [event] = FEEDBACK.decide(command or a_complaint(), FEEDBACK.initial)
    assert isinstance(event, facts.FeedbackRecorded)
    return event


def a_step(stage: ComplaintStage = ComplaintStage.ACKNOWLEDGED, **changes: Any) -> ProgressComplaint:
    outcome = ComplaintOutcome.UPHELD if stage is ComplaintStage.RESOLVED else None
    return ProgressComplaint(
        **{"stage": stage, "on": DAY, "today": DAY, "by": "stf-s1", "handler": "stf-s1", "outcome": outcome, **changes}
    )


def stepped(stage: ComplaintStage = ComplaintStage.ACKNOWLEDGED) -> facts.ComplaintProgressed:
    outcome = ComplaintOutcome.UPHELD if stage is ComplaintStage.RESOLVED else None
    return facts.ComplaintProgressed(stage=stage, on=DAY, handler="stf-s1", outcome=outcome)
