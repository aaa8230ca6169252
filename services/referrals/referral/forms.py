"""The bodies of the commands on a referral."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.codes import (
    DeclineReason,
    DeliveryResult,
    Direction,
    OverrideReason,
    Priority,
    Purpose,
    ReferralReason,
    ServiceCode,
    WithdrawReason,
)
from shared.contracts.referrals.referral import Channel, Org, Packet, Text
from shared.http.bodies import CommandBody, CreationBody, Form


class OverrideBody(Form):
    """In place of a consent: on what ground, and why in words (sealed with the packet)."""

    reason: OverrideReason
    text: Text


class SendReferralBody(CreationBody):
    """direction IN: `from_org` is the outside organisation, `to_org` is the centre's own and left out."""

    purpose: Purpose = Purpose.SHARE_FOR_SERVICE
    direction: Direction = Direction.OUT
    client_id: UUID | None = None
    case_id: UUID | None = None
    action_id: UUID | None = None
    from_org: Org | None = None
    to_org: Org | None = None
    entry_id: UUID | None = None
    service_code: ServiceCode
    priority: Priority = Priority.NORMAL
    confidential: bool = False
    override: OverrideBody | None = None
    reason: ReferralReason = ReferralReason.AdditionalServicesRequired
    channel: Channel = "ONLINE"
    previous_referral_id: UUID | None = None
    packet: Packet


class AnswerBody(CommandBody):
    """Members of every command on a referral that was sent; it rests on the ground on which it was sent."""

    purpose: Purpose = Purpose.SHARE_FOR_SERVICE


class AcknowledgeBody(AnswerBody):
    pass


class AcceptBody(AnswerBody):
    appointment_at: AwareDatetime | None = None
    client_id: UUID | None = None
    instructions: Text | None = None


class DeclineBody(AnswerBody):
    reason: DeclineReason
    redirect_to: Org | None = None
    note: Text | None = None


class StartServiceBody(AnswerBody):
    pass


class DeliverBody(AnswerBody):
    result: DeliveryResult
    client_confirmed: bool | None = None
    note: Text | None = None


class WithdrawBody(AnswerBody):
    reason: WithdrawReason


class CloseBody(AnswerBody):
    client_told: bool


Limit = Annotated[int, Field(ge=1, le=200)]
Cursor = Annotated[str, Field(max_length=2048)]
