"""Builders of casework's facts and commands, with good defaults."""

from datetime import date
from typing import Any
from uuid import UUID

from services.casework.case.commands import AssessNeeds, CloseCase, Consent, DeliverService, Ground, OpenCase
from services.casework.case.decisions import case_at
from shared.codes import (
    CaseKind,
    CaseSource,
    CaseState,
    CaseType,
    ClosureReason,
    ConsentMethod,
    CostBand,
    FollowUpType,
    LegalBasis,
    Mode,
    NeedCode,
    NeedOutcome,
    PlanDecision,
    Priority,
    Role,
    ServiceCode,
    ServiceResult,
    SubCommittee,
    Unit,
)
from shared.contracts.casework import case as facts
from shared.contracts.casework import ending
from shared.contracts.casework import plan as plan_facts

CENTRE = "PH-ANT-01"
TODAY = date(2026, 3, 6)
CLIENT, CASE, NEED, OTHER_NEED, ACTION = (UUID(int=n) for n in range(1, 6))
SERVICE, ASSESSMENT, CLOSURE, FOLLOW_UP = (UUID(int=n) for n in range(6, 10))

CASES = case_at(CENTRE)


def ground(consent: Consent = Consent.ACTIVE, *, on: date = TODAY, basis: LegalBasis = LegalBasis.CONSENT, **changes: bool) -> Ground:
    return Ground(on=on, consent=consent, basis=basis, **changes)


def opening(**changes: Any) -> OpenCase:
    return OpenCase(
        **{
            "client_id": CLIENT,
            "reason": "wants to go home",
            "priority": Priority.NORMAL,
            "source": CaseSource.WALK_IN,
            "sub_committee": SubCommittee.MDI,
            "ground": ground(),
            "minor": False,
            **changes,
        }
    )


def opened(**changes: Any) -> facts.CaseOpened:
    told = facts.OpeningProfile(case_type=changes.pop("case_type", CaseType.UNASSESSED))
    narrative = facts.OpeningNarrative(**told.model_dump(), reason="wants to go home", minor=changes.pop("minor", False))
    return facts.CaseOpened(
        **{
            "client_id": CLIENT,
            "case_kind": CaseKind.GENERAL,
            "priority": Priority.NORMAL,
            "source": CaseSource.WALK_IN,
            "sub_committee": SubCommittee.MDI,
            "profile": told,
            "narrative": narrative,
            **changes,
        }
    )


def assessing(*needs: UUID, **changes: Any) -> AssessNeeds:
    return AssessNeeds(
        **{
            "assessment_id": ASSESSMENT,
            "tool_version": "1",
            "needs": tuple(facts.Need(need_id=n, code=NeedCode.INCOME, priority=Priority.NORMAL) for n in needs or (NEED,)),
            "case_type": CaseType.RETURN_REINTEGRATION,
            "assessment": "lost the job",
            "minor": False,
            "ground": ground(),
            **changes,
        }
    )


def assessed(*needs: UUID, **changes: Any) -> facts.NeedsAssessed:
    [event] = CASES.decide(assessing(*needs, **changes), CASES.fold([opened()]))
    assert isinstance(event, facts.NeedsAssessed)
    return event


def delivering(**changes: Any) -> DeliverService:
    return DeliverService(
        **{
            "service_id": SERVICE,
            "service_code": ServiceCode.LEG,
            "sub_committee": SubCommittee.PSS,
            "unit": Unit.SESSION,
            "qty": "1",
            "cost_band": CostBand.B0,
            "mode": Mode.IN_PERSON,
            "delivered_on": TODAY,
            "result": ServiceResult.DONE,
            "ground": ground(),
            **changes,
        }
    )


def closing(*needs: UUID, **changes: Any) -> CloseCase:
    outcomes = tuple(ending.Outcome(need_id=n, code=NeedCode.INCOME, outcome=NeedOutcome.MET) for n in needs)
    return CloseCase(**{"closed_on": TODAY, "reason": ClosureReason.COMPLETED, "outcomes": outcomes, "summary": "works again", **changes})


def closed(day: date = TODAY) -> ending.CaseClosed:
    told = ending.ClosureProfile(reason=ClosureReason.COMPLETED)
    return ending.CaseClosed(
        closed_on=day, approved=False, profile=told, narrative=ending.ClosureNarrative(**told.model_dump(), summary="works again")
    )


def planned() -> plan_facts.CasePlanProposed:
    action = plan_facts.PlannedAction(action_id=ACTION, service_code=ServiceCode.LIV, due=TODAY, cost_band=CostBand.B1)
    narrative = plan_facts.PlanNarrative(plan_types=(), goals=("a shop",), needs={ACTION: NEED})
    return plan_facts.CasePlanProposed(plan_no=1, actions=(action,), target_end=TODAY, narrative=narrative)


def agreed() -> plan_facts.CasePlanAgreed:
    return plan_facts.CasePlanAgreed(plan_no=1, client_agreed=True, agreed_on=TODAY, method=ConsentMethod.WRITTEN)


def returned() -> plan_facts.CasePlanReviewed:
    return plan_facts.CasePlanReviewed(plan_no=1, decision=PlanDecision.RETURNED)


def scheduled() -> facts.FollowUpScheduled:
    return facts.FollowUpScheduled(follow_up_id=FOLLOW_UP, type=FollowUpType.REINTEGRATION, due=TODAY)


def assigned(worker: str = "stf-w1") -> facts.CaseAssigned:
    return facts.CaseAssigned(worker=worker, role=Role.caseworker)


def done() -> plan_facts.PlanActionRecorded:
    return plan_facts.PlanActionRecorded(plan_no=1, action_id=ACTION, status="DONE")


WAY_TO: dict[CaseState, list[Any]] = {
    CaseState.OPEN: [opened()],
    CaseState.ASSESSED: [opened(), assessed()],
    CaseState.PLAN_PROPOSED: [opened(), assessed(), planned()],
    CaseState.PLAN_AGREED: [opened(), assessed(), planned(), agreed()],
    CaseState.FOLLOW_UP: [opened(), assessed(), planned(), agreed(), done(), scheduled()],
    CaseState.CLOSED: [opened(), closed()],
}
"""Facts that bring a case into each state."""
