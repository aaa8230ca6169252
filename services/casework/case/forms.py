"""The bodies of casework's commands, as the centre app fills them in."""

from datetime import date
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
from shared.contracts.casework.case import LongText, Need, Org, Outcome, Quantity, Text
from shared.http.bodies import CommandBody, CreationBody, NewId, StaffId

Version = Annotated[str, Field(pattern=r"^[0-9A-Za-z.-]{1,16}$")]


class OpenCaseBody(CreationBody):
    client_id: UUID
    reason: Text
    priority: Priority = Priority.NORMAL
    source: CaseSource = CaseSource.WALK_IN
    sub_committee: SubCommittee | None = None
    case_type: CaseType = CaseType.UNASSESSED
    risk_level: RiskLevel | None = None
    confidential: bool = False
    minor: bool | None = None
    previous_case_id: UUID | None = None
    beside_another: bool = False


class AssignCaseBody(CommandBody):
    worker: StaffId
    acknowledge_caseload: bool = False


class AssessNeedsBody(CommandBody):
    assessment_id: NewId | None = None
    tool_version: Version = "1"
    needs: Annotated[tuple[Need, ...], Field(min_length=1, max_length=40)]
    case_type: CaseType
    risk_level: RiskLevel | None = None
    assessment: LongText
    health: Text | None = None
    minor: bool
    protection_note: Text | None = None


class DeliverServiceBody(CommandBody):
    service_id: NewId | None = None
    service_code: ServiceCode
    provider: Org | None = None
    unit: Unit
    qty: Quantity
    cost_band: CostBand
    mode: Mode
    delivered_on: date
    result: ServiceResult
    action_id: UUID | None = None
    minutes: Annotated[int, Field(ge=0, le=6000)] | None = None
    group_id: UUID | None = None
    note: Text | None = None


class CloseCaseBody(CommandBody):
    closed_on: date | None = None
    reason: ClosureReason
    outcomes: Annotated[tuple[Outcome, ...], Field(max_length=200)] = ()
    summary: LongText


class ReopenCaseBody(CommandBody):
    reason: Text
    beside_another: bool = False
