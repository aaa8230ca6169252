"""What may be asked of a case. Each carries what its decision needs from elsewhere, looked up by the route or the reaction."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.casework.assistance.commands import AssistanceCommand
from services.casework.basis import Consent, Ground
from shared.codes import (
    ActionStatus,
    CaseSource,
    CaseType,
    ClosureReason,
    ConsentMethod,
    ContactResult,
    CostBand,
    FollowUpType,
    Mode,
    NoteKind,
    PlanDecision,
    Priority,
    ReviewCause,
    RiskLevel,
    Role,
    ServiceCode,
    ServiceResult,
    SubCommittee,
    SupportPlanType,
    TransferAnswer,
    Unit,
)
from shared.contracts.casework.case import Need
from shared.contracts.casework.ending import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    """beside_another: a supervisor wants a second open case of this client at this centre."""

    client_id: UUID
    reason: str
    priority: Priority
    source: CaseSource
    sub_committee: SubCommittee
    ground: Ground
    case_type: CaseType = CaseType.UNASSESSED
    risk_level: RiskLevel | None = None
    confidential: bool = False
    minor: bool | None = None
    previous_case_id: UUID | None = None
    referral_id: UUID | None = None
    beside_another: bool = False
    supervised: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignCase:
    """caseload: open cases of the worker now; by: who assigns; supervised: by a supervisor, who may assign anybody."""

    worker: str
    role: Role
    by: str
    caseload: int = 0
    acknowledged: bool = False
    supervised: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessNeeds:
    assessment_id: UUID
    tool_version: str
    needs: tuple[Need, ...]
    case_type: CaseType
    assessment: str
    minor: bool
    ground: Ground
    risk_level: RiskLevel | None = None
    health: str | None = None
    protection_note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of a plan as it is proposed: the true service, also of a confidential case. need_id: the need that it answers."""

    action_id: UUID
    service_code: ServiceCode
    due: date
    cost_band: CostBand
    need_id: UUID
    provider: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposePlan:
    actions: tuple[Step, ...]
    target_end: date
    goals: tuple[str, ...]
    ground: Ground
    plan_types: tuple[SupportPlanType, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPlan:
    """by: the supervisor who answers; proposed_by: who wrote the plan; requested_by: who asked for the answer."""

    plan_no: int
    decision: PlanDecision
    by: str
    proposed_by: str | None
    requested_by: str | None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreePlan:
    plan_no: int
    client_agreed: bool
    agreed_on: date
    method: ConsentMethod
    ground: Ground


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPlanAction:
    """plan_no, ground: None where the system asks, after the answer to a referral."""

    action_id: UUID
    status: ActionStatus
    plan_no: int | None = None
    ground: Ground | None = None
    referral_id: UUID | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverService:
    service_id: UUID
    service_code: ServiceCode
    sub_committee: SubCommittee
    unit: Unit
    qty: str
    cost_band: CostBand
    mode: Mode
    delivered_on: date
    result: ServiceResult
    ground: Ground
    provider: str | None = None
    action_id: UUID | None = None
    minutes: int | None = None
    group_id: UUID | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleFollowUp:
    """due: None schedules those that are usual for the type, counted from `after` (the return, the service, the reunification)."""

    follow_up_id: UUID
    type: FollowUpType
    ground: Ground
    due: date | None = None
    after: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFollowUp:
    """on: local day of the command; ground: None where the system cancels; next: day of another try, which is scheduled."""

    follow_up_id: UUID
    done: date
    contact: ContactResult
    on: date
    ground: Ground | None = None
    next: date | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """counsellor: whether the author is one, who alone writes counselling notes."""

    note_id: UUID
    kind: NoteKind
    text: str
    ground: Ground
    counsellor: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RequireReview:
    """Asked by the system. due: by which day somebody must have looked."""

    cause: ReviewCause
    due: date
    source_event: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseCase:
    """approved: a supervisor issues it at somebody else's request; staying: the client has a bed under this case."""

    closed_on: date
    reason: ClosureReason
    outcomes: tuple[Outcome, ...] = ()
    summary: str | None = None
    approved: bool = False
    staying: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenCase:
    """prior_closure: event id of the closure that is undone."""

    on: date
    prior_closure: UUID
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestTransfer:
    """here: the centre whose case it is now."""

    transfer_id: UUID
    to_centre: str
    here: str
    reason: str
    ground: Ground


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerTransfer:
    """by, asked_by: who answers, and who asked for the transfer; None where the system refuses what nobody answered."""

    transfer_id: UUID
    answer: TransferAnswer
    by: str | None = None
    asked_by: str | None = None
    reason: str | None = None


Command = (
    OpenCase
    | AssignCase
    | AssessNeeds
    | ProposePlan
    | ReviewPlan
    | AgreePlan
    | RecordPlanAction
    | DeliverService
    | ScheduleFollowUp
    | RecordFollowUp
    | Note
    | RequireReview
    | RequestTransfer
    | AnswerTransfer
    | CloseCase
    | ReopenCase
    | AssistanceCommand
)

__all__ = ["Consent", "Ground"]
