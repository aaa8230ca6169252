"""What referrals tells the world about one referral (events chapter, section 4: events 61 to 69).

The packet, and whatever else only sender and receiver may read, is sealed under a key of the referral's own: it is
destroyed when the referral is withdrawn or closed undelivered, without touching anything else of the client.
"""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.codes import (
    DeclineReason,
    DeliveryResult,
    Direction,
    LapseTimer,
    OverrideReason,
    Priority,
    ReferralReason,
    ReferralResult,
    Separation,
    ServiceCode,
    Sex,
    SubCommittee,
    WithdrawReason,
)
from shared.codes.valid import Language
from shared.contracts.entry import EntryVoided
from shared.contracts.part import Part
from shared.eventsourcing.event import Aggregate, Event, Sealed
from shared.privacy.classes import PACKET, Erased

Text = Annotated[str, Field(min_length=1, max_length=2000)]
Line = Annotated[str, Field(min_length=1, max_length=200)]
Org = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{1,31}$")]
AgreementId = Annotated[str, Field(pattern=r"^[A-Z0-9-]{2,32}$")]
Channel = Annotated[str, Field(pattern=r"^[A-Z][A-Z_]{1,23}$")]


class Sender(Sealed):
    """Who answers the receiver's questions."""

    name: Line | None = Field(default=None, description="Name of the worker.")
    position: Line | None = Field(default=None, description="What the worker is at the centre.")
    contact: Line | None = Field(default=None, description="Telephone or address at work.")


class Caregiver(Sealed):
    """Of a minor: who cares, and whether they know."""

    name: Line | None = Field(default=None, description="Name of the caregiver.")
    relation: Line | None = Field(default=None, description="What the caregiver is to the child.")
    separation: Separation | None = Field(default=None, description="Unaccompanied or separated; absent if neither.")
    informed: bool | None = Field(default=None, description="Whether the caregiver knows of the referral.")
    why_not: Text | None = Field(default=None, description="If not: why.")


class Packet(Sealed):
    """What the receiver may see (inter-agency referral form): the least that the service needs.

    Members are optional here because completeness is a rule of the domain with an answer of its own (`packet-incomplete`).
    """

    name: Line | None = Field(default=None, description="Name of the client; a case code instead if confidential.")
    case_code: Line | None = Field(default=None, description="Code by which sender and receiver speak of the client.")
    age: int | None = Field(default=None, ge=0, le=130, description="Age in years.")
    minor: bool = Field(default=False, description="Whether the client is under 18: then the caregiver is told.")
    sex: Sex | None = Field(default=None, description="Sex as the client describes it.")
    reason: Text | None = Field(default=None, description="Why the client is referred.")
    services_requested: tuple[ServiceCode, ...] = Field(default=(), max_length=17, description="What is asked for.")
    consent_text: Text | None = Field(default=None, description="Exactly what is disclosed, to whom, as the client was told.")
    sender: Sender | None = Field(default=None, description="Who answers questions.")
    caregiver: Caregiver | None = Field(default=None, description="Of a minor.")
    birth_date: date | None = Field(default=None, description="By choice.")
    disability: Line | None = Field(default=None, description="By choice.")
    documents: tuple[Line, ...] = Field(default=(), max_length=10, description="By choice.")
    address: Line | None = Field(default=None, description="By choice; municipality and barangay at most.")
    phone: Line | None = Field(default=None, description="By choice.")
    languages: tuple[Language, ...] = Field(default=(), max_length=10, description="By choice.")
    household_size: int | None = Field(default=None, ge=1, le=60, description="By choice.")
    special_needs: Text | None = Field(default=None, description="By choice.")
    services_given: tuple[ServiceCode, ...] = Field(default=(), max_length=17, description="By choice.")
    delivery_channel: Line | None = Field(default=None, description="By choice: how the client can be reached.")


class SentPacket(Packet):
    """The packet as it was sent, with what the open part must not tell."""

    to_org: Org = Field(description="True receiver.")
    service_code: ServiceCode = Field(description="True service.")
    override_text: Text | None = Field(default=None, description="Why a supervisor refers without consent.")


class Override(Part):
    """A referral without consent, issued by a supervisor."""

    reason: OverrideReason = Field(description="On what ground.")


class ReferralSent(Event, type="referral-sent", sealed_under={PACKET: "stream_id"}):
    """Another organisation is asked to help, or an outside one asks us (direction IN)."""

    client_id: UUID | None = Field(default=None, description="The client; direction OUT only.")
    case_id: UUID | None = Field(default=None, description="Case that the referral belongs to.")
    action_id: UUID | None = Field(default=None, description="Step of the plan that it carries out.")
    direction: Direction = Field(description="From us, or to us.")
    from_org: Org = Field(description="Who refers.")
    to_org: Org | None = Field(default=None, description="Who is asked; absent if confidential.")
    entry_id: UUID | None = Field(default=None, description="Directory entry that was used.")
    service_code: ServiceCode = Field(description="The service; PSS if confidential.")
    sub_committee: SubCommittee = Field(description="Sub-committee that it counts for, as of its day; PSS if confidential.")
    priority: Priority = Field(description="Sets the deadlines.")
    confidential: bool = Field(description="Hides receiver and service from all but the two sides.")
    consent_id: UUID | None = Field(default=None, description="Consent that permits the sharing.")
    override: Override | None = Field(default=None, description="In place of a consent.")
    agreement_id: AgreementId | None = Field(default=None, description="Sharing agreement in force.")
    reason: ReferralReason = Field(description="HTCDS reason of the referral.")
    channel: Channel = Field(description="How it was sent, such as ONLINE, PHONE, PAPER.")
    due_ack: AwareDatetime = Field(description="Acknowledgement is on time until then.")
    due_service: AwareDatetime = Field(description="Delivery is on time until then.")
    lapse_ack: AwareDatetime = Field(description="Unanswered, it lapses then.")
    lapse_service: AwareDatetime = Field(description="Undelivered, it lapses then.")
    previous_referral_id: UUID | None = Field(default=None, description="Referral that this one follows.")
    packet: Annotated[SentPacket | Erased, PACKET]


class ReferralAcknowledged(Event, type="referral-acknowledged"):
    """The receiver has seen it."""

    at: AwareDatetime = Field(description="When.")
    by_org: Org | None = Field(default=None, description="Who; absent if confidential.")


class Instructions(Sealed):
    instructions: Text = Field(description="What the client must bring or know.")


class ReferralAccepted(Event, type="referral-accepted", sealed_under={PACKET: "stream_id"}):
    """The receiver will help."""

    at: AwareDatetime = Field(description="When.")
    appointment_at: AwareDatetime | None = Field(default=None, description="When the client is expected.")
    client_id: UUID | None = Field(default=None, description="Direction IN: the client to whom it was linked.")
    packet: Annotated[Instructions | Erased | None, PACKET] = None


class AnswerNote(Sealed):
    note: Text = Field(description="What the receiver adds.")


class ReferralDeclined(Event, type="referral-declined", sealed_under={PACKET: "stream_id"}):
    """The receiver says no."""

    at: AwareDatetime = Field(description="When.")
    reason: DeclineReason = Field(description="Why.")
    redirect_to: Org | None = Field(default=None, description="Who might help instead.")
    packet: Annotated[AnswerNote | Erased | None, PACKET] = None


class ReferralServiceStarted(Event, type="referral-service-started"):
    """The receiver began to help."""

    at: AwareDatetime = Field(description="When.")


class ReferralServiceDelivered(Event, type="referral-service-delivered", sealed_under={PACKET: "stream_id"}):
    """The receiver helped. Casework does not turn it into a ServiceDelivered: indicator 30 counts both once."""

    at: AwareDatetime = Field(description="When.")
    result: DeliveryResult = Field(description="All that was asked for, or part of it.")
    client_confirmed: bool | None = Field(default=None, description="Whether the client said so too.")
    packet: Annotated[AnswerNote | Erased | None, PACKET] = None


class ReferralWithdrawn(Event, type="referral-withdrawn"):
    """The sender takes it back; the packet no longer opens."""

    at: AwareDatetime = Field(description="When.")
    reason: WithdrawReason = Field(description="Why.")


class ReferralLapsed(Event, type="referral-lapsed"):
    """Nobody answered in time; a late answer is still taken."""

    timer: LapseTimer = Field(description="Which answer did not come.")
    at: AwareDatetime = Field(description="When it was due at the latest.")
    escalated_to: Org | None = Field(default=None, description="Agency that was told; absent if confidential.")


class ReferralClosed(Event, type="referral-closed"):
    """The sender has done with it."""

    result: ReferralResult = Field(description="How it ended.")
    client_told: bool = Field(description="Whether the client knows.")
    at: AwareDatetime = Field(description="When.")


class ReferralCopyExpired(Event, type="referral-copy-expired"):
    """The receiver's time for its copy of the packet is over: it deletes it. The packet no longer opens for it."""

    at: AwareDatetime = Field(description="When it was over, by the agreement under which it was sent.")


ReferralEvent = (
    ReferralSent
    | ReferralAcknowledged
    | ReferralAccepted
    | ReferralDeclined
    | ReferralServiceStarted
    | ReferralServiceDelivered
    | ReferralWithdrawn
    | ReferralLapsed
    | ReferralClosed
    | ReferralCopyExpired
    | EntryVoided
)

REFERRAL = Aggregate(
    "referrals",
    "referral",
    ReferralSent,
    ReferralAcknowledged,
    ReferralAccepted,
    ReferralDeclined,
    ReferralServiceStarted,
    ReferralServiceDelivered,
    ReferralWithdrawn,
    ReferralLapsed,
    ReferralClosed,
    ReferralCopyExpired,
    EntryVoided,
)
