"""From which state which command is accepted (domain chapter, section 7)."""

from collections.abc import Mapping
from typing import Final, get_args

from shared.codes import CaseState
from shared.errors import Rejected

from .commands import Command, OpenCase

OPEN_STATES = frozenset(CaseState) - {CaseState.CLOSED}
PLANNABLE = frozenset({CaseState.ASSESSED, CaseState.PLAN_AGREED, CaseState.FOLLOW_UP})

TRANSITIONS: Final[Mapping[str, frozenset[CaseState]]] = {
    "AssignCase": OPEN_STATES,
    "AssessNeeds": OPEN_STATES,
    "ProposePlan": PLANNABLE,
    "ReviewPlan": frozenset({CaseState.PLAN_PROPOSED}),
    "AgreePlan": frozenset({CaseState.PLAN_PROPOSED}),
    "RecordPlanAction": OPEN_STATES,
    "DeliverService": OPEN_STATES,
    "ScheduleFollowUp": OPEN_STATES,
    "RecordFollowUp": OPEN_STATES,
    "Note": OPEN_STATES,
    "RequireReview": OPEN_STATES,
    "CloseCase": OPEN_STATES,
    "ReopenCase": frozenset({CaseState.CLOSED}),
}
"""From which states a command is accepted: the whole table of the handbook, also the rows whose command is yet to come."""


def allowed(state: CaseState | None) -> list[str]:
    """Names of the commands that a case in this state accepts."""
    if state is None:
        return [OpenCase.__name__]
    known = [command.__name__ for command in get_args(Command) if command is not OpenCase]
    return [name for name in known if state in TRANSITIONS[name]]


def invalid_state(state: CaseState | None) -> Rejected:
    """The refusal of a command that the state does not accept."""
    return Rejected("invalid-state", "See what is allowed now.", state=state, allowed=allowed(state))
