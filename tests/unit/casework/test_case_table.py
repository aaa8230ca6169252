"""The transition table of a case, row by row (domain chapter, section 7)."""

from typing import Any

import pytest

from services.casework.case.commands import AssignCase, RecordPlanAction, ReopenCase, RequireReview
from services.casework.case.table import MACHINE, allowed
from shared.codes import ActionStatus, CaseState, ContactResult, PlanDecision, ReviewCause, Role
from shared.contracts.casework.assistance import ReturnAssistanceProgressed, ReturnNarrative
from tests.unit.casework import helping
from tests.unit.casework.cases import (
    ACTION,
    CASES,
    CLOSURE,
    NEED,
    OTHER_NEED,
    TODAY,
    WAY_TO,
    assessing,
    closing,
    delivering,
    returned,
    scheduled,
)
from tests.unit.casework.plans import agreeing, looking_back, noting, proposing, reviewing, scheduling
from tests.unit.casework.test_transfers import REQUESTED, answering, asking
from tests.unit.kit import given

S = CaseState
OPEN = {S.OPEN, S.ASSESSED, S.PLAN_PROPOSED, S.PLAN_AGREED, S.FOLLOW_UP}

COMMANDS: dict[str, Any] = {
    "AssignCase": AssignCase(worker="stf-w2", role=Role.caseworker, by="stf-s1", supervised=True),
    "AssessNeeds": assessing(OTHER_NEED, assessment_id=OTHER_NEED),
    "DeliverService": delivering(),
    "ProposePlan": proposing(),
    "ReviewPlan": reviewing(PlanDecision.RETURNED, reason="too dear"),
    "AgreePlan": agreeing(),
    "RecordPlanAction": RecordPlanAction(action_id=ACTION, status=ActionStatus.BLOCKED),
    "ScheduleFollowUp": scheduling(follow_up_id=OTHER_NEED),
    "RecordFollowUp": looking_back(ContactResult.MOVED),
    "Note": noting(),
    "RequireReview": RequireReview(cause=ReviewCause.URGENT_SCREENING, due=TODAY, source_event=NEED),
    "RequestTransfer": asking(),
    "AnswerTransfer": answering(),
    "ProgressConsular": helping.asking(),
    "ProgressReturn": helping.going(),
    "MeasureReintegration": helping.measuring(),
    "ProgressTracing": helping.searching(),
    "AssessProtection": helping.protecting(),
    "CloseCase": closing(NEED, approved=True),
    "ReopenCase": ReopenCase(on=TODAY, prior_closure=CLOSURE, reason="back again"),
}

ARRIVED = ReturnAssistanceProgressed(
    return_id=helping.RETURN, stage="ARRIVED", on=TODAY, narrative=ReturnNarrative(from_country="KWT", to_country="PHL")
)

# command, from which states, to which state (None: it stays where it is)
ROWS = [
    ("AssignCase", OPEN, None),
    ("AssessNeeds", {S.OPEN}, S.ASSESSED),
    ("AssessNeeds", OPEN - {S.OPEN}, None),
    ("DeliverService", OPEN, None),
    ("ProposePlan", {S.ASSESSED, S.PLAN_AGREED, S.FOLLOW_UP}, S.PLAN_PROPOSED),
    ("ReviewPlan", {S.PLAN_PROPOSED}, S.ASSESSED),
    ("AgreePlan", {S.PLAN_PROPOSED}, S.PLAN_AGREED),
    ("RecordPlanAction", OPEN, None),
    ("ScheduleFollowUp", OPEN, None),
    ("RecordFollowUp", OPEN, None),
    ("Note", OPEN, None),
    ("RequireReview", OPEN, None),
    ("RequestTransfer", OPEN, None),
    ("AnswerTransfer", OPEN, S.OPEN),
    ("ProgressConsular", OPEN, None),
    ("ProgressReturn", OPEN, None),
    ("MeasureReintegration", OPEN, None),
    ("ProgressTracing", OPEN, None),
    ("AssessProtection", OPEN, None),
    ("CloseCase", OPEN, S.CLOSED),
    ("ReopenCase", {S.CLOSED}, S.OPEN),
]


@pytest.mark.parametrize(("name", "state", "to"), [(name, state, to) for name, states, to in ROWS for state in sorted(states)])
def test_a_command_moves_a_case_as_the_table_says(name: str, state: CaseState, to: CaseState | None) -> None:
    command = closing(approved=True) if name == "CloseCase" and state is S.OPEN else COMMANDS[name]
    needed = {"RecordFollowUp": [scheduled()], "AnswerTransfer": [REQUESTED], "MeasureReintegration": [ARRIVED]}
    before = given(CASES, *WAY_TO[state], *needed.get(name, []))
    assert before.state.state is state
    assert before.when(command).after().state.state is (to or state)


@pytest.mark.parametrize("state", list(CaseState))
@pytest.mark.parametrize("name", list(COMMANDS))
def test_anything_else_is_refused_with_what_is_allowed(name: str, state: CaseState) -> None:
    accepted = {s for row, states, _ in ROWS for s in states if row == name}
    assert accepted == MACHINE.sources(name)
    if state not in accepted:
        given(CASES, *WAY_TO[state]).when(COMMANDS[name]).rejected("invalid-state", state=state, allowed=allowed(state))


def test_what_is_allowed_names_only_commands_that_exist() -> None:
    assert allowed(S.CLOSED) == ["ReopenCase"]
    assert set(allowed(S.OPEN)) == set(COMMANDS) - {"ReopenCase", "ProposePlan", "ReviewPlan", "AgreePlan"}
    assert allowed(None) == ["OpenCase"]


def test_a_returned_plan_goes_back_to_the_assessment() -> None:
    assert given(CASES, *WAY_TO[S.PLAN_PROPOSED], returned()).state.state is S.ASSESSED
