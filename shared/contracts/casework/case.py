"""What casework tells the world about one case (events chapter, section 3: events 29 to 49).

Every blob is sealed under the client. The narrative holds the working copy of whatever the profile holds, because the
profile is left out for a client who refused statistics (domain chapter, section 11, rule 2); so each narrative of a fact
with both is a subtype of its profile.
"""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.codes import (
    CaseKind,
    CaseSource,
    CaseType,
    ContactResult,
    CostBand,
    FollowUpType,
    Mode,
    NeedCode,
    NoteKind,
    Priority,
    ReviewCause,
    RiskLevel,
    Role,
    ServiceCode,
    ServiceResult,
    SubCommittee,
    Unit,
)
from shared.contracts.casework.assistance import (
    ConsularRequestProgressed,
    ReintegrationMeasured,
    ReturnAssistanceProgressed,
    TracingProgressed,
)
from shared.contracts.casework.ending import CaseClosed, CaseReopened, CaseTransferAnswered, CaseTransferRequested
from shared.contracts.casework.field import LongText, Org, Quantity, Staff, Text
from shared.contracts.casework.plan import CasePlanAgreed, CasePlanProposed, CasePlanReviewed, PlanActionRecorded
from shared.contracts.casework.protection import ProtectionAssessed
from shared.contracts.entry import EntryVoided
from shared.eventsourcing.event import Aggregate, Event, Sealed
from shared.privacy.classes import NARRATIVE, PROFILE, PROTECTED, Erased


class Need(Sealed):
    """One thing that the case is about."""

    need_id: UUID = Field(description="Id of the need, the same in plan and closure.")
    code: NeedCode = Field(description="What is needed.")
    priority: Priority = Field(description="How soon.")


class OpeningProfile(Sealed):
    case_type: CaseType = Field(description="True type of the case; UNASSESSED until the first assessment.")
    risk_level: RiskLevel | None = Field(default=None, description="Risk as the worker sees it.")


class OpeningNarrative(OpeningProfile):
    reason: Text = Field(description="Why the case was opened.")
    minor: bool | None = Field(default=None, description="Whether the client is under 18; unknown counts as true.")


class CaseOpened(Event, type="case-opened"):
    """Continuing help for one client begins."""

    client_id: UUID = Field(description="The client; also the subject of every blob of the case.")
    case_kind: CaseKind = Field(description="CONFIDENTIAL hides the case from all but its worker and the protection supervisor.")
    priority: Priority = Field(description="How soon somebody must act.")
    source: CaseSource = Field(description="Where the case came from.")
    sub_committee: SubCommittee = Field(description="Sub-committee that the case counts for; PSS if confidential.")
    previous_case_id: UUID | None = Field(default=None, description="Earlier case that this one continues or stands beside.")
    referral_id: UUID | None = Field(default=None, description="Inbound referral that led to the case.")
    profile: Annotated[OpeningProfile | Erased | None, PROFILE] = None
    narrative: Annotated[OpeningNarrative | Erased, NARRATIVE]


class CaseAssigned(Event, type="case-assigned"):
    """A worker takes the case over."""

    # `from` is a word of Python: the member is named otherwise, the wire is not.
    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    worker: Staff = Field(description="Who answers for the case from now on.")
    from_: Staff | None = Field(default=None, alias="from", description="Who did before.")
    role: Role = Field(description="Role of the worker on this case.")


class AssessmentProfile(Sealed):
    needs: tuple[Need, ...] = Field(min_length=1, max_length=40, description="Needs found now; they add to earlier ones.")
    case_type: CaseType = Field(description="True type of the case as assessed.")
    risk_level: RiskLevel | None = Field(default=None, description="Risk as the worker sees it.")


class AssessmentNarrative(AssessmentProfile):
    assessment: LongText = Field(description="The assessment in words.")
    health: Text | None = Field(default=None, description="What the worker must know about health.")
    minor: bool = Field(description="Whether the client is under 18.")


class ProtectionNote(Sealed):
    protection_note: Text = Field(description="For the assigned worker and the protection supervisor alone.")


class NeedsAssessed(Event, type="needs-assessed"):
    """The worker and the client named what the case is about. Adds needs, never overwrites."""

    assessment_id: UUID = Field(description="Id of the assessment.")
    tool_version: str = Field(pattern=r"^[0-9A-Za-z.-]{1,16}$", description="Version of the form that was used.")
    needs: int = Field(ge=1, le=40, description="How many needs were found.")
    profile: Annotated[AssessmentProfile | Erased | None, PROFILE] = None
    narrative: Annotated[AssessmentNarrative | Erased, NARRATIVE]
    protected: Annotated[ProtectionNote | Erased | None, PROTECTED] = None


class ServiceProfile(Sealed):
    service_code: ServiceCode = Field(description="True service, also on a confidential case.")
    result: ServiceResult = Field(description="What came of it.")


class ServiceNarrative(ServiceProfile):
    provider: Org | None = Field(default=None, description="Who gave it: also where the open part must not tell.")
    note: Text | None = Field(default=None, description="What the worker adds.")


class ServiceDelivered(Event, type="service-delivered"):
    """The centre, or a provider at its side, helped the client directly."""

    service_id: UUID = Field(description="Id of the service.")
    service_code: ServiceCode = Field(description="The service; PSS on a confidential case.")
    sub_committee: SubCommittee = Field(description="Sub-committee that it counts for, as of its day; PSS if confidential.")
    provider: Org | None = Field(default=None, description="Who gave it; the centre if absent.")
    unit: Unit = Field(description="In what it is measured.")
    qty: Quantity = Field(description="How many units, a decimal string.")
    cost_band: CostBand = Field(description="What it cost, in bands of pesos.")
    mode: Mode = Field(description="How it reached the client.")
    delivered_on: date = Field(description="Day of the service.")
    action_id: UUID | None = Field(default=None, description="Step of the plan that it carries out.")
    minutes: int | None = Field(default=None, ge=0, le=6000, description="Staff time.")
    group_id: UUID | None = Field(default=None, description="One session for many clients: the same id on each.")
    profile: Annotated[ServiceProfile | Erased | None, PROFILE] = None
    narrative: Annotated[ServiceNarrative | Erased, NARRATIVE]


class FollowUpScheduled(Event, type="follow-up-scheduled"):
    """A look back was planned."""

    follow_up_id: UUID = Field(description="Id of the follow-up.")
    type: FollowUpType = Field(description="Why one looks back.")
    due: date = Field(description="Day of the planned contact.")


class FollowUpNote(Sealed):
    note: Text = Field(description="What the client told.")


class FollowUpRecorded(Event, type="follow-up-recorded"):
    """A planned look back took place, or did not."""

    follow_up_id: UUID = Field(description="The follow-up.")
    type: FollowUpType = Field(description="Why one looks back.")
    due: date = Field(description="Day for which it was planned.")
    done: date = Field(description="Day of the contact or of the last try.")
    contact: ContactResult = Field(description="What came of it.")
    next: date | None = Field(default=None, description="Day of the next try, if one is planned.")
    narrative: Annotated[FollowUpNote | Erased | None, NARRATIVE] = None


class CaseNote(Sealed):
    text: LongText = Field(description="The note.")


class CaseNoteRecorded(Event, type="case-note-recorded"):
    """A note: narrative, or protected where the case is confidential. Exactly one of the two."""

    note_id: UUID = Field(description="Id of the note.")
    kind: NoteKind = Field(description="What it records; COUNSELLING is unread by others.")
    narrative: Annotated[CaseNote | Erased | None, NARRATIVE] = None
    protected: Annotated[CaseNote | Erased | None, PROTECTED] = None


class CaseReviewRequired(Event, type="case-review-required"):
    """Something happened elsewhere that the worker must look at."""

    cause: ReviewCause = Field(description="What happened.")
    due: date = Field(description="Day by which somebody must have looked.")
    source_event: UUID = Field(description="The fact that caused it.")


CaseEvent = (
    CaseOpened
    | CaseAssigned
    | NeedsAssessed
    | CasePlanProposed
    | CasePlanReviewed
    | CasePlanAgreed
    | PlanActionRecorded
    | ServiceDelivered
    | FollowUpScheduled
    | FollowUpRecorded
    | CaseNoteRecorded
    | CaseReviewRequired
    | CaseClosed
    | CaseReopened
    | CaseTransferRequested
    | CaseTransferAnswered
    | ConsularRequestProgressed
    | ReturnAssistanceProgressed
    | ReintegrationMeasured
    | TracingProgressed
    | ProtectionAssessed
    | EntryVoided
)

CASE = Aggregate(
    "casework",
    "case",
    CaseOpened,
    CaseAssigned,
    NeedsAssessed,
    CasePlanProposed,
    CasePlanReviewed,
    CasePlanAgreed,
    PlanActionRecorded,
    ServiceDelivered,
    FollowUpScheduled,
    FollowUpRecorded,
    CaseNoteRecorded,
    CaseReviewRequired,
    CaseClosed,
    CaseReopened,
    CaseTransferRequested,
    CaseTransferAnswered,
    ConsularRequestProgressed,
    ReturnAssistanceProgressed,
    ReintegrationMeasured,
    TracingProgressed,
    ProtectionAssessed,
    EntryVoided,
)
