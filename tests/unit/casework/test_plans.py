"""A plan is the client's, points to needs, and is signed by somebody else where that is due."""

from datetime import date
from uuid import UUID

import pytest

from services.casework.case.commands import Consent, RecordPlanAction
from shared.codes import ActionStatus, CaseKind, CaseState, CostBand, PlanDecision, Priority, ServiceCode
from shared.contracts.casework import case as facts
from shared.contracts.casework import ending
from shared.contracts.casework import plan as plan_facts
from tests.unit.casework.cases import (
    ACTION,
    CASES,
    OTHER_NEED,
    WAY_TO,
    agreed,
    assessed,
    closing,
    done,
    ground,
    opened,
    planned,
    scheduled,
)
from tests.unit.casework.plans import a_step, agreeing, approved, moving, proposing, reviewing
from tests.unit.kit import Given, given

PROPOSED = WAY_TO[CaseState.PLAN_PROPOSED]


def test_a_plan_is_proposed_with_its_goals_sealed() -> None:
    fact = given(CASES, opened(), assessed()).when(proposing()).fact(plan_facts.CasePlanProposed)
    assert (fact.plan_no, fact.actions[0].service_code, fact.actions[0].provider) == (1, ServiceCode.LIV, "OWWA")
    assert isinstance(fact.narrative, plan_facts.PlanNarrative)
    assert (fact.narrative.goals, fact.narrative.services) == (("a shop",), ())
    assert "goals" not in fact.model_dump(exclude=fact.sealed_members)


def test_each_step_answers_a_need_under_an_id_of_its_own() -> None:
    before = given(CASES, opened(), assessed())
    before.when(proposing(a_step(need_id=OTHER_NEED))).refused_at("/actions/0/need_id")
    before.when(proposing(a_step(), a_step())).refused_at("/actions/1/action_id")


def test_a_plan_rests_on_the_consent() -> None:
    given(CASES, opened(), assessed()).when(proposing(ground=ground(Consent.MISSING))).rejected("consent-missing")


def test_on_a_confidential_case_the_steps_are_told_in_the_narrative_only() -> None:
    hidden = given(CASES, opened(case_kind=CaseKind.CONFIDENTIAL), assessed())
    fact = hidden.when(proposing(a_step(service_code=ServiceCode.SHE, provider="DSWD"))).fact(plan_facts.CasePlanProposed)
    assert (fact.actions[0].service_code, fact.actions[0].provider) == (ServiceCode.PSS, None)
    assert isinstance(fact.narrative, plan_facts.PlanNarrative)
    assert fact.narrative.services == (plan_facts.HiddenStep(action_id=ACTION, service_code=ServiceCode.SHE, provider="DSWD"),)


def test_a_supervisor_answers_a_plan_at_somebody_elses_request() -> None:
    given(CASES, *PROPOSED).when(reviewing()).then(approved()).when(reviewing()).nothing()
    given(CASES, *PROPOSED).when(reviewing(requested_by=None)).refused_at("/requested_by")
    given(CASES, *PROPOSED).when(reviewing(requested_by="stf-s1")).rejected("same-person-signoff")


def test_nobody_approves_their_own_plan() -> None:
    given(CASES, *PROPOSED).when(reviewing(proposed_by="stf-s1")).rejected("same-person-signoff")


def test_a_returned_plan_says_why() -> None:
    given(CASES, *PROPOSED).when(reviewing(PlanDecision.RETURNED)).refused_at("/reason")
    after = given(CASES, *PROPOSED).when(reviewing(PlanDecision.RETURNED, reason="too dear")).after()
    assert after.state.state is CaseState.ASSESSED
    again = after.when(proposing()).fact(plan_facts.CasePlanProposed)
    assert again.plan_no == 2


def test_only_the_newest_plan_is_answered_or_agreed() -> None:
    second = given(CASES, *PROPOSED).when(reviewing(PlanDecision.RETURNED, reason="no")).after().when(proposing()).after()
    second.when(reviewing(plan_no=1)).rejected("invalid-state")
    second.when(agreeing(plan_no=3)).rejected("not-found")
    second.when(agreeing(plan_no=2)).then_types(plan_facts.CasePlanAgreed)


@pytest.mark.parametrize(
    "before",
    [
        [opened(case_kind=CaseKind.CONFIDENTIAL), assessed(), planned()],
        [opened(), assessed(minor=True), planned()],
        [opened(priority=Priority.EMERGENCY), assessed(), planned()],
        [opened(), assessed(), *given(CASES, opened(), assessed()).when(proposing(a_step(cost_band=CostBand.B3))).events],
    ],
    ids=["confidential", "minor", "not normal", "dear"],
)
def test_some_plans_are_approved_before_the_client_agrees(before: list[facts.CaseEvent]) -> None:
    given(CASES, *before).when(agreeing()).rejected("plan-not-approved")
    given(CASES, *before, approved()).when(agreeing()).then(agreed())


def test_a_new_plan_is_approved_anew() -> None:
    urgent = given(CASES, opened(priority=Priority.URGENT), assessed(), planned(), approved(), agreed())
    urgent.when(proposing()).after().when(agreeing(plan_no=2)).rejected("plan-not-approved")


def test_a_plan_is_the_clients_or_none() -> None:
    given(CASES, *PROPOSED).when(agreeing(client_agreed=False)).refused_at("/client_agreed")
    given(CASES, *PROPOSED).when(agreeing(agreed_on=date(2026, 3, 7))).rejected("date-in-future", fields=["/agreed_on"])
    given(CASES, *PROPOSED).when(agreeing()).then(agreed())


def test_a_dear_plan_makes_the_closure_one_to_be_signed() -> None:
    before: Given = given(CASES, opened(), assessed())
    dear = before.when(proposing(a_step(cost_band=CostBand.B4))).after()
    dear.when(closing(*dear.state.needs)).rejected("approval-needed")
    dear.when(closing(*dear.state.needs, approved=True)).then_types(ending.CaseClosed)


def test_a_step_moves_by_hand_within_its_plan() -> None:
    given(CASES, *WAY_TO[CaseState.PLAN_AGREED]).when(moving()).then(done()).when(moving()).nothing()
    given(CASES, *WAY_TO[CaseState.PLAN_AGREED]).when(moving(plan_no=2)).rejected("not-found")
    given(CASES, *WAY_TO[CaseState.PLAN_AGREED]).when(moving(action_id=UUID(int=99))).rejected("not-found")


def test_a_step_that_ended_stays_so_when_its_referral_comes_to_nothing() -> None:
    lapsed = RecordPlanAction(action_id=ACTION, status=ActionStatus.BLOCKED, referral_id=UUID(int=77))
    given(CASES, *WAY_TO[CaseState.PLAN_AGREED], done()).when(lapsed).nothing()
    late = RecordPlanAction(action_id=ACTION, status=ActionStatus.DONE, referral_id=UUID(int=77))
    given(CASES, *WAY_TO[CaseState.PLAN_AGREED]).when(lapsed).after().when(late).then_types(plan_facts.PlanActionRecorded)


def test_a_step_carried_over_keeps_where_it_stands() -> None:
    started = moving(ActionStatus.STARTED)
    state = given(CASES, *WAY_TO[CaseState.PLAN_AGREED]).when(started).after().when(proposing()).after().state
    assert (state.actions[ACTION].plan_no, state.actions[ACTION].status) == (2, ActionStatus.STARTED)


def test_steps_of_an_older_plan_hold_nothing_back() -> None:
    other = UUID(int=88)
    second = given(CASES, *WAY_TO[CaseState.PLAN_AGREED]).when(proposing(a_step(action_id=other))).after()
    done_there = second.when(agreeing(plan_no=2)).after().when(moving(plan_no=2, action_id=other)).after()
    assert given(CASES, *done_there.events, scheduled()).state.state is CaseState.FOLLOW_UP
