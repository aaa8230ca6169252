"""The plan of a case: proposed, reviewed, agreed, and its steps as they move (events chapter, section 3)."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.codes import (
    ActionStatus,
    ConsentMethod,
    CostBand,
    PlanDecision,
    ServiceCode,
    SupportPlanType,
)
from shared.contracts.casework.field import Org, Text
from shared.contracts.part import Part
from shared.eventsourcing.event import Event, Sealed
from shared.privacy.classes import NARRATIVE, PROFILE, Erased


class PlannedAction(Part):
    """One agreed step, as everybody may see it."""

    action_id: UUID = Field(description="Id of the step.")
    service_code: ServiceCode = Field(description="Service that the step asks for; PSS if the case is confidential.")
    provider: Org | None = Field(default=None, description="Who is to give it; the centre if absent.")
    due: date = Field(description="Day by which it should be done.")
    cost_band: CostBand = Field(description="What it will cost, in bands of pesos.")


class PlanProfile(Sealed):
    plan_types: tuple[SupportPlanType, ...] = Field(max_length=9, description="HTCDS kinds of support in the plan.")


class HiddenStep(Sealed):
    """The true service of a step of a confidential case."""

    action_id: UUID = Field(description="The step.")
    service_code: ServiceCode = Field(description="Service that it asks for.")
    provider: Org | None = Field(default=None, description="Who is to give it; the centre if absent.")


class PlanNarrative(PlanProfile):
    goals: tuple[Text, ...] = Field(min_length=1, max_length=20, description="What the client wants to reach.")
    needs: dict[UUID, UUID] = Field(max_length=40, description="Need that each action answers: action id -> need id.")
    services: tuple[HiddenStep, ...] = Field(default=(), max_length=40, description="True services, where the open part must not tell.")


class CasePlanProposed(Event, type="case-plan-proposed"):
    """The worker wrote a plan."""

    plan_no: int = Field(ge=1, le=999, description="Number of the plan in its case.")
    actions: tuple[PlannedAction, ...] = Field(min_length=1, max_length=40, description="The agreed steps.")
    target_end: date = Field(description="Day by which the plan should be done.")
    profile: Annotated[PlanProfile | Erased | None, PROFILE] = None
    narrative: Annotated[PlanNarrative | Erased, NARRATIVE]


class ReviewNote(Sealed):
    reason: Text = Field(description="Why the plan was returned or approved.")


class CasePlanReviewed(Event, type="case-plan-reviewed"):
    """A supervisor answered a plan."""

    plan_no: int = Field(ge=1, le=999, description="The plan.")
    decision: PlanDecision = Field(description="The supervisor's answer.")
    narrative: Annotated[ReviewNote | Erased | None, NARRATIVE] = None


class CasePlanAgreed(Event, type="case-plan-agreed"):
    """The client agreed to a plan."""

    plan_no: int = Field(ge=1, le=999, description="The plan.")
    client_agreed: bool = Field(description="Always true: a plan is the client's or none.")
    agreed_on: date = Field(description="Day of the agreement.")
    method: ConsentMethod = Field(description="How the agreement is proved.")


class ActionNote(Sealed):
    note: Text = Field(description="What the worker adds.")


class PlanActionRecorded(Event, type="plan-action-recorded"):
    """A step of the plan moved."""

    plan_no: int = Field(ge=1, le=999, description="The plan.")
    action_id: UUID = Field(description="The step.")
    status: ActionStatus = Field(description="Where the step stands now.")
    referral_id: UUID | None = Field(default=None, description="Referral whose answer moved it.")
    narrative: Annotated[ActionNote | Erased | None, NARRATIVE] = None
