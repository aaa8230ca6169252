"""What may be asked of a referral. Each carries what its decision needs from elsewhere, looked up by the route."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from shared.codes import (
    DeclineReason,
    DeliveryResult,
    Direction,
    LapseTimer,
    OverrideReason,
    PacketItem,
    Priority,
    ReferralReason,
    ServiceCode,
    SubCommittee,
    WithdrawReason,
)
from shared.consent import Consent
from shared.contracts.referrals.referral import Packet
from shared.region import Deadlines


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The directory entry that was used, as it stands. fresh_until: None if nobody ever verified it."""

    org: str
    service_code: ServiceCode
    active: bool
    fresh_until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SendReferral:
    """on: local day of sending. withheld: what the consent keeps from this receiver. supervised: a supervisor sends it.

    agreement_id: the agreement in force on that day, None where there is none. overridden: in place of a consent.
    barred: a contact block keeps the client from this receiver. previous: client and sender of the referral that this one
    follows, None if there is no such referral.
    """

    direction: Direction
    from_org: str
    to_org: str
    service_code: ServiceCode
    sub_committee: SubCommittee
    priority: Priority
    reason: ReferralReason
    channel: str
    packet: Packet
    deadlines: Deadlines
    on: date
    client_id: UUID | None = None
    case_id: UUID | None = None
    action_id: UUID | None = None
    entry_id: UUID | None = None
    entry: Entry | None = None
    confidential: bool = False
    consent_id: UUID | None = None
    consent: Consent = Consent.MISSING
    withheld: frozenset[PacketItem] = frozenset()
    overridden: OverrideReason | None = None
    override_text: str | None = None
    signed: bool = False
    agreement_id: str | None = None
    previous_referral_id: UUID | None = None
    previous: tuple[UUID | None, str] | None = None
    barred: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledge:
    """consent_ended, here and below: what it rests on has lost its ground, and the withdrawal is still on its way."""

    at: datetime
    by_org: str | None = None
    consent_ended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept:
    at: datetime
    by_org: str | None = None
    appointment_at: datetime | None = None
    client_id: UUID | None = None
    instructions: str | None = None
    consent_ended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline:
    at: datetime
    reason: DeclineReason
    redirect_to: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartService:
    at: datetime
    consent_ended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliver:
    at: datetime
    result: DeliveryResult
    client_confirmed: bool | None = None
    note: str | None = None
    consent_ended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    at: datetime
    reason: WithdrawReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapse:
    """Asked by a timer. escalated_to: the coordinating agency of the sending centre."""

    at: datetime
    timer: LapseTimer
    escalated_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    at: datetime
    client_told: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireCopy:
    """Asked by a timer. at: when the receiver's time for its copy of the packet was over."""

    at: datetime


Command = SendReferral | Acknowledge | Accept | Decline | StartService | Deliver | Withdraw | Lapse | Close | ExpireCopy

ITEMS: Mapping[PacketItem, str] = {
    PacketItem.NAME: "name",
    PacketItem.BIRTH_DATE: "birth_date",
    PacketItem.SEX: "sex",
    PacketItem.DISABILITY: "disability",
    PacketItem.DOCUMENTS: "documents",
    PacketItem.ADDRESS: "address",
    PacketItem.PHONE: "phone",
    PacketItem.LANGUAGES: "languages",
    PacketItem.HOUSEHOLD: "household_size",
    PacketItem.CAREGIVER: "caregiver",
    PacketItem.SPECIAL_NEEDS: "special_needs",
    PacketItem.REASON: "reason",
    PacketItem.SERVICES_GIVEN: "services_given",
}
"""Which member of a packet holds an item that a client may withhold."""
