"""From which state which command is accepted, and where it leads (domain chapter, section 7)."""

from typing import Final, get_args

from shared.codes import CaseState as S
from shared.errors import Rejected
from shared.eventsourcing.machine import Machine, Move

from .commands import Command, OpenCase

OPEN_STATES: Final = frozenset(S) - {S.CLOSED}
LATER: Final = OPEN_STATES - {S.OPEN}

MACHINE: Final = Machine(
    "Case",
    S,
    (
        Move("OpenCase", frozenset(), S.OPEN, "CaseOpened", "caseworker, system", "consent or another basis; one open case per client and "
             "centre, a second one by a supervisor"),
        Move("AssignCase", OPEN_STATES, None, "CaseAssigned", "supervisor; oneself if nobody has it", "a worker of the centre; warns at 20 "
             "open cases, from 30 on it must be acknowledged"),
        Move("AssessNeeds", frozenset({S.OPEN}), S.ASSESSED, "NeedsAssessed", "caseworker", "at least one need"),
        Move("AssessNeeds", LATER, None, "NeedsAssessed", "caseworker", "adds needs, never overwrites"),
        Move("ProposePlan", frozenset({S.ASSESSED, S.PLAN_AGREED, S.FOLLOW_UP}), S.PLAN_PROPOSED, "CasePlanProposed", "caseworker",
             "each step points to a need"),
        Move("ReviewPlan", frozenset({S.PLAN_PROPOSED}), None, "CasePlanReviewed", "supervisor, not the proposer", "APPROVED"),
        Move("ReviewPlan", frozenset({S.PLAN_PROPOSED}), S.ASSESSED, "CasePlanReviewed", "supervisor, not the proposer",
             "RETURNED, with the reason"),
        Move("AgreePlan", frozenset({S.PLAN_PROPOSED}), S.PLAN_AGREED, "CasePlanAgreed", "caseworker", "the client agreed; approved where "
             "the case is confidential, the client a minor, the priority not NORMAL or a step costs B3 or more"),
        Move("RecordPlanAction", OPEN_STATES, None, "PlanActionRecorded", "caseworker, system"),
        Move("DeliverService", OPEN_STATES, None, "ServiceDelivered", "caseworker", "not in the future"),
        Move("ScheduleFollowUp", frozenset({S.PLAN_AGREED}), S.FOLLOW_UP, "FollowUpScheduled", "caseworker", "no step of the plan is open"),
        Move("ScheduleFollowUp", OPEN_STATES, None, "FollowUpScheduled", "caseworker", "otherwise"),
        Move("RecordFollowUp", OPEN_STATES, None, "FollowUpRecorded", "caseworker, system"),
        Move("Note", OPEN_STATES, None, "CaseNoteRecorded", "caseworker, counsellor", "counselling notes by a counsellor only"),
        Move("RequireReview", OPEN_STATES, None, "CaseReviewRequired", "system"),
        Move("ProgressConsular", OPEN_STATES, None, "ConsularRequestProgressed", "caseworker, system", "a machine of its own, below"),
        Move("ProgressReturn", OPEN_STATES, None, "ReturnAssistanceProgressed", "caseworker, system", "a machine of its own, below"),
        Move("MeasureReintegration", OPEN_STATES, None, "ReintegrationMeasured", "caseworker", "the return ARRIVED, or later"),
        Move("ProgressTracing", OPEN_STATES, None, "TracingProgressed", "caseworker, system", "a machine of its own, below"),
        Move("AssessProtection", OPEN_STATES, None, "ProtectionAssessed", "caseworker", "makes the case confidential"),
        Move("RequestTransfer", OPEN_STATES, None, "CaseTransferRequested", "caseworker", "to another centre of the region; none waits for "
             "its answer"),
        Move("AnswerTransfer", OPEN_STATES, S.OPEN, "CaseTransferAnswered", "supervisor there", "ACCEPTED: the case is theirs, "
             "and nobody's until they assign it"),
        Move("AnswerTransfer", OPEN_STATES, None, "CaseTransferAnswered", "supervisor there; system after 5 working days", "REFUSED"),
        Move("CloseCase", OPEN_STATES, S.CLOSED, "CaseClosed", "caseworker; supervisor where it is signed", "each need has an outcome; "
             "no stay, return or consular request runs; for an erasure none of these"),
        Move("ReopenCase", frozenset({S.CLOSED}), S.OPEN, "CaseReopened", "supervisor", "within 12 months"),
    ),
)  # fmt: skip

MACHINES: Final = (MACHINE,)


def allowed(state: S | None) -> list[str]:
    """Names of the commands that a case in this state accepts."""
    if state is None:
        return [OpenCase.__name__]
    known = [command.__name__ for command in get_args(Command) if command is not OpenCase]
    return [name for name in known if MACHINE.accepts(name, state)]


def invalid_state(state: S | None) -> Rejected:
    """The refusal of a command that the state does not accept."""
    return Rejected("invalid-state", "See what is allowed now.", state=state, allowed=allowed(state))
