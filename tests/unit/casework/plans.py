"""Builders of plans, follow-ups and notes."""

from datetime import date
from typing import Any
from uuid import UUID

from services.casework.case.commands import (
    AgreePlan,
    Note,
    ProposePlan,
    RecordFollowUp,
    RecordPlanAction,
    ReviewPlan,
    ScheduleFollowUp,
    Step,
)
from shared.codes import (
    ActionStatus,
    ConsentMethod,
    ContactResult,
    CostBand,
    FollowUpType,
    NoteKind,
    PlanDecision,
    ServiceCode,
    SupportPlanType,
)
from shared.contracts.casework import plan as plan_facts
from tests.unit.casework.cases import ACTION, FOLLOW_UP, NEED, TODAY, ground

NOTE = UUID(int=30)


def a_step(**changes: Any) -> Step:
    given = {
        "action_id": ACTION,
        "service_code": ServiceCode.LIV,
        "due": TODAY,
        "cost_band": CostBand.B1,
        "need_id": NEED,
        "provider": "OWWA",
    }
    return Step(**{**given, **changes})


def proposing(*steps: Step, **changes: Any) -> ProposePlan:
    given = {
        "actions": steps or (a_step(),), "target_end": date(2026, 8, 20), "goals": ("a shop",), "ground": ground(),
        "plan_types": (SupportPlanType.Livelihood,),
    }  # fmt: skip
    return ProposePlan(**{**given, **changes})


def reviewing(decision: PlanDecision = PlanDecision.APPROVED, **changes: Any) -> ReviewPlan:
    given = {"plan_no": 1, "decision": decision, "by": "stf-s1", "proposed_by": "stf-w1", "requested_by": "stf-w1", "reason": None}
    return ReviewPlan(**{**given, **changes})


def agreeing(**changes: Any) -> AgreePlan:
    given = {"plan_no": 1, "client_agreed": True, "agreed_on": TODAY, "method": ConsentMethod.WRITTEN, "ground": ground()}
    return AgreePlan(**{**given, **changes})


def moving(status: ActionStatus = ActionStatus.DONE, **changes: Any) -> RecordPlanAction:
    return RecordPlanAction(**{"plan_no": 1, "action_id": ACTION, "status": status, "ground": ground(), **changes})


def scheduling(kind: FollowUpType = FollowUpType.REINTEGRATION, **changes: Any) -> ScheduleFollowUp:
    return ScheduleFollowUp(**{"follow_up_id": FOLLOW_UP, "type": kind, "ground": ground(), "due": TODAY, **changes})


def looking_back(contact: ContactResult = ContactResult.REACHED, **changes: Any) -> RecordFollowUp:
    return RecordFollowUp(**{"follow_up_id": FOLLOW_UP, "done": TODAY, "contact": contact, "on": TODAY, "ground": ground(), **changes})


def noting(kind: NoteKind = NoteKind.CONTACT, **changes: Any) -> Note:
    return Note(**{"note_id": NOTE, "kind": kind, "text": "called", "ground": ground(), **changes})


def approved() -> plan_facts.CasePlanReviewed:
    return plan_facts.CasePlanReviewed(plan_no=1, decision=PlanDecision.APPROVED)
