"""The bodies of casework's commands, as the centre app fills them in."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.codes import (
    CaseSource,
    CaseType,
    ClosureReason,
    CostBand,
    Mode,
    Priority,
    RiskLevel,
    ServiceCode,
    ServiceResult,
    SubCommittee,
    Unit,
)
from shared.codes.valid import Day
from shared.contracts.casework.case import Need
from shared.contracts.casework.ending import Outcome
from shared.contracts.casework.field import LongText, Org, Quantity, Text
from shared.http.bodies import CommandBody, CreationBody, NewId, StaffId, example
from shared.privacy.classes import NARRATIVE, PROFILE, PROTECTED
from shared.privacy.member import member

Version = Annotated[str, Field(pattern=r"^[0-9A-Za-z.-]{1,16}$")]

CLIENT = "0199a1f4-5c1e-7b7a-9d36-2f6f0c9b8e11"
NEED = "0199a2b0-3333-7abc-8def-0123456789ab"
GROUND = {"purpose": "CASE_MANAGEMENT", "basis": "CONSENT", "consent_id": "0199a1f4-9000-7000-8000-000000000001"}


class OpenCaseBody(CreationBody):
    """Continuing help for one client."""

    model_config = example(
        {
            "local_id": "0199a2a0-1111-7abc-8def-0123456789ab", "centre": "PH-ANT-01", **GROUND, "client_id": CLIENT,
            "reason": "Came home after the contract ended early; wants to work here.", "priority": "NORMAL", "source": "WALK_IN",
            "sub_committee": "MDI", "case_type": "RETURN_REINTEGRATION", "risk_level": "MEDIUM", "confidential": False, "minor": False,
        }
    )  # fmt: skip

    client_id: Annotated[UUID, member("The client, registered at intake.")]
    reason: Annotated[Text, member("Why the case is opened, in words.", NARRATIVE)]
    priority: Annotated[Priority, member("How soon somebody must act.")] = Priority.NORMAL
    source: Annotated[CaseSource, member("Where the case came from.")] = CaseSource.WALK_IN
    sub_committee: Annotated[SubCommittee | None, member("Sub-committee that it counts for; PSS if confidential.")] = None
    case_type: Annotated[CaseType, member("What kind of case; UNASSESSED until the first assessment.", PROFILE, NARRATIVE)] = (
        CaseType.UNASSESSED
    )
    risk_level: Annotated[RiskLevel | None, member("Risk as the worker sees it.", PROFILE, NARRATIVE)] = None
    confidential: Annotated[bool, member("Hide the case from all but its worker and the protection supervisor.")] = False
    minor: Annotated[bool | None, member("Whether the client is under 18; unknown counts as true.", NARRATIVE)] = None
    previous_case_id: Annotated[UUID | None, member("Earlier case that this one continues.")] = None
    beside_another: Annotated[bool, member("Open it although the client has an open case already.")] = False


class AssignCaseBody(CommandBody):
    """Who answers for the case from now on."""

    model_config = example({"purpose": "CASE_MANAGEMENT", "worker": "stf-w1"})

    worker: Annotated[StaffId, member("Staff id of the worker.")]
    acknowledge_caseload: Annotated[bool, member("Assign it although the worker has as many cases as the region allows.")] = False


class AssessNeedsBody(CommandBody):
    """What the case is about, as worker and client see it. Adds needs, never overwrites."""

    model_config = example(
        {
            **GROUND, "assessment_id": "0199a2b0-4444-7abc-8def-0123456789ab", "tool_version": "2026-1",
            "needs": [{"need_id": NEED, "code": "INCOME", "priority": "NORMAL"}], "case_type": "RETURN_REINTEGRATION",
            "risk_level": "MEDIUM", "assessment": "Wants to start a small shop; has savings for three months.", "minor": False,
        }
    )  # fmt: skip

    assessment_id: Annotated[NewId | None, member("Id of the assessment, drawn by your app.")] = None
    tool_version: Annotated[Version, member("Edition of the form that was used.")] = "1"
    needs: Annotated[tuple[Need, ...], Field(min_length=1, max_length=40), member("Needs found now.", PROFILE, NARRATIVE)]
    case_type: Annotated[CaseType, member("What kind of case it is.", PROFILE, NARRATIVE)]
    risk_level: Annotated[RiskLevel | None, member("Risk as the worker sees it.", PROFILE, NARRATIVE)] = None
    assessment: Annotated[LongText, member("The assessment in words.", NARRATIVE)]
    health: Annotated[Text | None, member("What the worker must know about health.", NARRATIVE)] = None
    minor: Annotated[bool, member("Whether the client is under 18.", NARRATIVE)]
    protection_note: Annotated[Text | None, member("For the worker and the protection supervisor alone.", PROTECTED)] = None


class DeliverServiceBody(CommandBody):
    """Help that was given."""

    model_config = example(
        {
            "service_id": "0199a2b0-2222-7abc-8def-0123456789ab", **GROUND, "service_code": "PSS", "unit": "SESSION", "qty": "1",
            "cost_band": "B0", "mode": "IN_PERSON", "delivered_on": "2026-03-06", "minutes": 50, "result": "DONE",
            "note": "Came on time; the next session is agreed.",
        }
    )  # fmt: skip

    service_id: Annotated[NewId | None, member("Id of the service, drawn by your app.")] = None
    service_code: Annotated[ServiceCode, member("What was given.")]
    provider: Annotated[Org | None, member("Who gave it; left out: the centre.")] = None
    unit: Annotated[Unit, member("What is counted.")]
    qty: Annotated[Quantity, member("How much, a decimal string.")]
    cost_band: Annotated[CostBand, member("What it cost, in bands of pesos.")]
    mode: Annotated[Mode, member("How it was given.")]
    delivered_on: Annotated[Day, member("Day; not in the future.")]
    result: Annotated[ServiceResult, member("What came of it.")]
    action_id: Annotated[UUID | None, member("Step of the plan that it carries out.")] = None
    minutes: Annotated[int, Field(ge=0, le=6000), member("How long it took.")] | None = None
    group_id: Annotated[UUID | None, member("The same for everybody who was helped in one group.")] = None
    note: Annotated[Text | None, member("Note of the worker.", NARRATIVE)] = None


class CloseCaseBody(CommandBody):
    """The end of the help, and what became of each need."""

    model_config = example(
        {
            **GROUND, "closed_on": "2026-06-30", "reason": "COMPLETED", "summary": "The shop runs; the client needs no more help.",
            "outcomes": [{"need_id": NEED, "code": "INCOME", "outcome": "MET"}],
        }
    )  # fmt: skip

    closed_on: Annotated[Day | None, member("Day; left out: today.")] = None
    reason: Annotated[ClosureReason, member("Why it ends.")]
    outcomes: Annotated[tuple[Outcome, ...], Field(max_length=200), member("One for every need.", PROFILE, NARRATIVE)] = ()
    summary: Annotated[LongText, member("The case in words.", NARRATIVE)]


class ReopenCaseBody(CommandBody):
    """Why help goes on after all."""

    model_config = example({**GROUND, "reason": "The shop was lost in a storm."})

    reason: Annotated[Text, member("Why, in words.", NARRATIVE)]
    beside_another: Annotated[bool, member("Reopen it although the client has an open case already.")] = False
