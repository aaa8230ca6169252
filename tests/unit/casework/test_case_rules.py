"""The guards of a case: consent, sign-off, outcomes, confidentiality, one open case per client and centre."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from services.casework.case.commands import AssignCase, Consent, RecordPlanAction, ReopenCase, RequireReview
from services.casework.case.decisions import case_at
from shared.codes import (
    C4_CASE_TYPES,
    ActionStatus,
    CaseKind,
    CaseType,
    ClosureReason,
    LegalBasis,
    NeedCode,
    NeedOutcome,
    Priority,
    ReviewCause,
    Role,
    ServiceCode,
    SubCommittee,
)
from shared.contracts.casework import case as facts
from shared.contracts.casework import ending
from shared.contracts.casework import plan as plan_facts
from shared.eventsourcing.decider import Row
from tests.unit.casework.cases import (
    ACTION,
    CASE,
    CASES,
    CENTRE,
    CLIENT,
    CLOSURE,
    NEED,
    OTHER_NEED,
    assessed,
    assessing,
    assigned,
    closed,
    closing,
    delivering,
    ground,
    opened,
    opening,
    planned,
)
from tests.unit.kit import given

REVIEW = facts.CaseReviewRequired(cause=ReviewCause.CONSENT_WITHDRAWN, due=date(2026, 3, 13), source_event=NEED)


def test_a_case_is_opened_with_the_consent_to_case_management() -> None:
    given(CASES).when(opening()).then(opened())


@pytest.mark.parametrize(("consent", "code"), [(Consent.MISSING, "consent-missing"), (Consent.ENDED, "consent-expired")])
def test_without_consent_no_case_is_opened(consent: Consent, code: str) -> None:
    given(CASES).when(opening(ground=ground(consent))).rejected(code, purpose="CASE_MANAGEMENT")


def test_another_basis_is_stated_by_a_supervisor_and_has_a_statute() -> None:
    vital = ground(Consent.MISSING, basis=LegalBasis.VITAL_INTEREST, statute=True, stated=True)
    for less in (replace(vital, stated=False), replace(vital, statute=False)):
        given(CASES).when(opening(ground=less)).rejected("consent-missing", purpose="CASE_MANAGEMENT")
        given(CASES, opened(), REVIEW).when(delivering(ground=less)).rejected("consent-missing", purpose="CASE_MANAGEMENT")
    given(CASES).when(opening(ground=vital)).then_types(facts.CaseOpened)
    given(CASES, opened(), REVIEW).when(delivering(ground=vital)).then_types(facts.ServiceDelivered)


def test_the_first_open_case_of_a_client_is_claimed_and_found() -> None:
    rows = given(CASES).when(opening()).rows(CASE)
    found = [Row("search", "case-of", str(CLIENT)), Row("search", "open-case-of", str(CLIENT))]
    assert rows == [*found, Row("claim", "open-case", f"{CLIENT}:{CENTRE}")]
    assert dict(CASES.claimed) == {"open-case": "invalid-state"}


def test_a_second_open_case_is_a_supervisors() -> None:
    beside = case_at(CENTRE, beside_another=True)
    given(beside).when(opening(beside_another=True)).rejected("approval-needed")
    rows = given(beside).when(opening(beside_another=True, supervised=True)).rows(CASE)
    assert [row.kind for row in rows] == ["search", "search"]


def test_a_closed_case_makes_room_and_is_no_longer_found() -> None:
    rows = given(CASES, opened()).when(closing()).rows(CASE)
    assert rows == [Row("unsearch", "open-case-of", str(CLIENT)), Row("release", "open-case", f"{CLIENT}:{CENTRE}")]


@pytest.mark.parametrize("case_type", sorted(C4_CASE_TYPES))
def test_a_protected_type_makes_the_case_confidential(case_type: CaseType) -> None:
    fact = given(CASES).when(opening(case_type=case_type)).fact(facts.CaseOpened)
    assert (fact.case_kind, fact.sub_committee) == (CaseKind.CONFIDENTIAL, SubCommittee.PSS)
    assert given(CASES, opened(), assessed(case_type=case_type)).state.confidential


def test_on_a_confidential_case_the_open_code_is_always_pss() -> None:
    hidden = opened(case_kind=CaseKind.CONFIDENTIAL)
    command = delivering(service_code=ServiceCode.SHE, sub_committee=SubCommittee.MDI, provider="DSWD")
    fact = given(CASES, hidden).when(command).fact(facts.ServiceDelivered)
    assert (fact.service_code, fact.sub_committee, fact.provider) == (ServiceCode.PSS, SubCommittee.PSS, None)
    assert isinstance(fact.profile, facts.ServiceProfile)
    assert isinstance(fact.narrative, facts.ServiceNarrative)
    assert (fact.profile.service_code, fact.narrative.provider) == (ServiceCode.SHE, "DSWD")


def test_a_worker_takes_a_case_that_nobody_has_and_only_that() -> None:
    mine = AssignCase(worker="stf-w1", role=Role.caseworker, by="stf-w1")
    given(CASES, opened()).when(mine).then(assigned())
    given(CASES, opened(), assigned("stf-w2")).when(mine).rejected("forbidden")
    given(CASES, opened()).when(replace(mine, by="stf-w2")).rejected("forbidden")
    given(CASES, opened(), assigned()).when(mine).nothing()


def test_from_thirty_cases_on_a_supervisor_must_mean_it() -> None:
    full = AssignCase(worker="stf-w1", role=Role.caseworker, by="stf-s1", supervised=True, caseload=30)
    given(CASES, opened()).when(full).rejected("caseload-limit", caseload=30)
    given(CASES, opened()).when(replace(full, acknowledged=True)).then(assigned())


def test_an_assessment_adds_needs_and_never_overwrites() -> None:
    given(CASES, opened(), assessed()).when(assessing(NEED, assessment_id=OTHER_NEED)).rejected("already-exists")
    state = given(CASES, opened(), assessed()).when(assessing(OTHER_NEED, assessment_id=OTHER_NEED)).after().state
    assert set(state.needs) == {NEED, OTHER_NEED}


def test_the_same_id_with_the_same_content_is_done_already() -> None:
    given(CASES, opened(), assessed()).when(assessing()).nothing()
    given(CASES, opened(), assessed()).when(assessing(assessment="another text")).rejected("already-exists")
    delivered = given(CASES, opened()).when(delivering()).after()
    delivered.when(delivering()).nothing()
    delivered.when(delivering(qty="2")).rejected("already-exists")


def test_a_service_is_recorded_once_it_was_given() -> None:
    given(CASES, opened()).when(delivering(delivered_on=date(2026, 3, 7))).rejected("date-in-future", fields=["/delivered_on"])


def test_after_a_withdrawal_work_goes_on_for_five_working_days() -> None:
    late = delivering(ground=ground(Consent.ENDED, on=date(2026, 3, 16)))
    given(CASES, opened(), REVIEW).when(delivering(ground=ground(Consent.ENDED))).then_types(facts.ServiceDelivered)
    given(CASES, opened(), REVIEW).when(late).rejected("consent-expired")
    given(CASES, opened(), REVIEW).when(delivering(ground=ground(Consent.MISSING))).rejected("consent-missing")
    given(CASES, opened(), REVIEW).when(closing()).then_types(ending.CaseClosed)


def test_every_need_has_an_outcome_before_closure() -> None:
    given(CASES, opened(), assessed()).when(closing()).rejected("open-items", kinds=["need"])
    given(CASES, opened(), assessed()).when(closing(NEED, OTHER_NEED)).refused_at("/outcomes/1/need_id")
    given(CASES, opened(), assessed()).when(closing(NEED, NEED)).refused_at("/outcomes/1/need_id")
    other_code = ending.Outcome(need_id=NEED, code=NeedCode.JOB, outcome=NeedOutcome.MET)
    given(CASES, opened(), assessed()).when(closing(outcomes=(other_code,))).refused_at("/outcomes/0/code")
    given(CASES, opened(), assessed()).when(closing(NEED)).then_types(ending.CaseClosed)


def test_no_two_needs_of_an_assessment_have_one_id() -> None:
    given(CASES, opened()).when(assessing(NEED, NEED)).rejected("already-exists")


@pytest.mark.parametrize(
    "first",
    [opened(case_kind=CaseKind.CONFIDENTIAL), opened(minor=True), opened(minor=None), opened(priority=Priority.URGENT)],
    ids=["confidential", "minor", "age unknown", "urgent"],
)
def test_some_closures_are_signed(first: facts.CaseOpened) -> None:
    given(CASES, first).when(closing()).rejected("approval-needed")
    given(CASES, first).when(closing(approved=True)).then_types(ending.CaseClosed)


def test_every_reason_but_completed_is_signed_save_erasure() -> None:
    given(CASES, opened()).when(closing(reason=ClosureReason.LOST_CONTACT)).rejected("approval-needed")
    given(CASES, opened(minor=True), assessed()).when(closing(reason=ClosureReason.ERASURE)).then_types(ending.CaseClosed)


def test_a_case_is_reopened_within_twelve_months() -> None:
    again = ReopenCase(on=date(2027, 3, 6), prior_closure=CLOSURE, reason="back again")
    given(CASES, opened(), closed()).when(again).then(
        ending.CaseReopened(prior_closure=CLOSURE, narrative=ending.ReopeningNote(reason="back again"))
    )
    given(CASES, opened(), closed()).when(replace(again, on=date(2027, 3, 7))).rejected("invalid-state")
    given(CASES, opened(), closed(date(2024, 2, 29))).when(replace(again, on=date(2025, 3, 1))).rejected("invalid-state")


def test_one_event_asks_for_one_review() -> None:
    command = RequireReview(cause=REVIEW.cause, due=REVIEW.due, source_event=REVIEW.source_event)
    given(CASES, opened()).when(command).then(REVIEW)
    given(CASES, opened(), REVIEW).when(command).nothing()


def test_a_step_keeps_the_number_of_its_plan() -> None:
    referral = UUID(int=77)
    command = RecordPlanAction(action_id=ACTION, status=ActionStatus.DONE, referral_id=referral)
    fact = plan_facts.PlanActionRecorded(plan_no=1, action_id=ACTION, status=ActionStatus.DONE, referral_id=referral)
    given(CASES, opened(), assessed(), planned()).when(command).then(fact).when(command).nothing()
