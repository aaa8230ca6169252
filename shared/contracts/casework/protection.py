"""Protection matters: one neutral type of fact, because the type is readable (events chapter, event 49).

Which matter it is, and everything told about it, is protected. The profile holds the codes that an indicator needs, and
nothing at all for an asylum concern.
"""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.codes import (
    AdultChild,
    BestInterestsKind,
    BestInterestsOption,
    CareArrangement,
    ControlMethod,
    Exploitation,
    Isic,
    ProtectionMatter,
    Recruitment,
    Separation,
    ServiceCode,
    TraffickingDecider,
    TraffickingStatus,
)
from shared.contracts.casework.field import LongText, Text
from shared.eventsourcing.event import Event, Sealed
from shared.privacy.classes import PROFILE, PROTECTED, Erased


class ProtectionProfile(Sealed):
    matter: ProtectionMatter = Field(description="What it is about.")
    trafficking_status: TraffickingStatus | None = Field(default=None, description="HTCDS status; decided by a person, never by software.")
    decider: TraffickingDecider | None = Field(default=None, description="Who decided on the status.")
    exploitation: tuple[Exploitation, ...] = Field(default=(), max_length=11, description="Kinds of exploitation.")
    control: tuple[ControlMethod, ...] = Field(default=(), max_length=16, description="Means of control.")
    recruitment: tuple[Recruitment, ...] = Field(default=(), max_length=10, description="How the person was recruited.")
    industry: Isic | None = Field(default=None, description="Industry, ISIC section.")
    separation: Separation | None = Field(default=None, description="How far the child is on its own.")
    care: CareArrangement | None = Field(default=None, description="With whom the child lives.")
    kind: BestInterestsKind | None = Field(default=None, description="Assessment or determination of best interests.")
    option: BestInterestsOption | None = Field(default=None, description="What was found best for the child.")
    decided_on: date | None = Field(default=None, description="Day of the decision; absent while it is pending.")
    identified_on: date | None = Field(default=None, description="Day on which a matter of trafficking was identified.")
    adult_child: AdultChild = Field(description="Adult or child at the time.")


class ProtectionDetails(ProtectionProfile):
    account: LongText = Field(description="What was told, once.")
    guardian: bool | None = Field(default=None, description="Whether the child has a guardian.")
    tracing_wanted: bool | None = Field(default=None, description="Whether the child wants family to be traced.")
    review_on: date | None = Field(default=None, description="Day on which the decision is looked at again.")
    safety_plan: Text | None = Field(default=None, description="What keeps the person safe.")
    services_wished: tuple[ServiceCode, ...] = Field(default=(), max_length=17, description="Services that the person wishes for.")
    legal_advice: bool | None = Field(default=None, description="Whether legal advice on asylum was given.")


class ProtectionAssessed(Event, type="protection-assessed"):
    """A protection matter was assessed; the case is confidential from now on."""

    assessment_id: UUID = Field(description="Id of the assessment.")
    urgent: bool = Field(description="Whether somebody must act at once.")
    contact_block: bool = Field(description="No contact with any consulate or foreign authority; set for any matter, so it tells none.")
    profile: Annotated[ProtectionProfile | Erased | None, PROFILE] = None
    protected: Annotated[ProtectionDetails | Erased, PROTECTED]
