"""The bodies of the commands on a referral."""

from typing import Annotated
from uuid import UUID

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
from shared.codes.valid import Moment
from shared.contracts.referrals.referral import Channel, Org, Packet, Text
from shared.http.bodies import CommandBody, CreationBody, Form, example
from shared.privacy.classes import PACKET
from shared.privacy.member import member

CLIENT = "0199a1f4-5c1e-7b7a-9d36-2f6f0c9b8e11"
GROUND = {"purpose": "SHARE_FOR_SERVICE", "basis": "CONSENT", "consent_id": "0199a1f4-9000-7000-8000-000000000003"}


class OverrideBody(Form):
    """In place of a consent: on what ground, and why in words (sealed with the packet)."""

    reason: Annotated[OverrideReason, member("On what ground.")]
    text: Annotated[Text, member("Why, in words.", PACKET)]


class SendReferralBody(CreationBody):
    """direction IN: `from_org` is the outside organisation, `to_org` is the centre's own and left out."""

    model_config = example(
        {
            "local_id": "0199a2c0-1111-7abc-8def-0123456789ab", "centre": "PH-ANT-01", **GROUND, "direction": "OUT",
            "client_id": CLIENT, "case_id": "44194403-01e0-5491-806c-d8c3b598b2d8", "from_org": "ANT_PG", "to_org": "OWWA",
            "entry_id": "0199a2c0-2222-7abc-8def-0123456789ab", "service_code": "LIV", "priority": "NORMAL",
            "reason": "AdditionalServicesRequired", "channel": "ONLINE",
            "packet": {
                "name": "<name of the client>", "age": 34, "sex": "F", "reason": "Wants to start a small shop.",
                "services_requested": ["LIV"], "consent_text": "Name, age, sex and reason, to OWWA.",
                "sender": {"name": "<name of the worker>", "position": "caseworker", "contact": "desk 3"},
            },
        }
    )  # fmt: skip

    purpose: Annotated[Purpose, member("What the data are used for.")] = Purpose.SHARE_FOR_SERVICE
    direction: Annotated[Direction, member("From us, or to us.")] = Direction.OUT
    client_id: Annotated[UUID | None, member("The client; with direction OUT only.")] = None
    case_id: Annotated[UUID | None, member("Case that the referral belongs to.")] = None
    action_id: Annotated[UUID | None, member("Step of the plan that it carries out.")] = None
    from_org: Annotated[Org | None, member("Who refers; left out: the centre's own organisation.")] = None
    to_org: Annotated[Org | None, member("Who is asked to help; of a confidential referral sealed with the packet.", PACKET)] = None
    entry_id: Annotated[UUID | None, member("Line of the directory: verified within the last 90 days.")] = None
    service_code: Annotated[ServiceCode, member("Service that is asked for; of a confidential referral sealed with the packet.", PACKET)]
    priority: Annotated[Priority, member("Sets the deadlines.")] = Priority.NORMAL
    confidential: Annotated[bool, member("Hide receiver and service from all but the two sides.")] = False
    override: Annotated[OverrideBody | None, member("In place of a consent; supervisors only.")] = None
    reason: Annotated[ReferralReason, member("Reason of the referral (HTCDS).")] = ReferralReason.AdditionalServicesRequired
    channel: Annotated[Channel, member("How it is sent, such as ONLINE, PHONE, PAPER.")] = "ONLINE"
    previous_referral_id: Annotated[UUID | None, member("Referral that this one follows.")] = None
    packet: Annotated[Packet, member("What the receiver may see: the least that the service needs.", PACKET)]


class AnswerBody(CommandBody):
    """Members of every command on a referral that was sent; it rests on the ground on which it was sent."""

    purpose: Annotated[Purpose, member("What the data are used for.")] = Purpose.SHARE_FOR_SERVICE


class AcknowledgeBody(AnswerBody):
    """The receiver has seen it."""

    model_config = example({"purpose": "SHARE_FOR_SERVICE"})


class AcceptBody(AnswerBody):
    """The receiver will help."""

    model_config = example({"appointment_at": "2026-03-09T09:00:00+08:00", "instructions": "Bring the passport and two photographs."})

    appointment_at: Annotated[Moment | None, member("When the client is expected.")] = None
    client_id: Annotated[UUID | None, member("With direction IN: the client, once registered here.")] = None
    instructions: Annotated[Text | None, member("What the client should know or bring.", PACKET)] = None


class DeclineBody(AnswerBody):
    """The receiver cannot help."""

    model_config = example({"reason": "NO_CAPACITY", "note": "Places are free again in May."})

    reason: Annotated[DeclineReason, member("Why not.")]
    redirect_to: Annotated[Org | None, member("Who may help instead.")] = None
    note: Annotated[Text | None, member("More in words.", PACKET)] = None


class StartServiceBody(AnswerBody):
    """The receiver began."""

    model_config = example({"purpose": "SHARE_FOR_SERVICE"})


class DeliverBody(AnswerBody):
    """What the receiver gave."""

    model_config = example({"result": "FULL", "client_confirmed": True, "note": "Starter kit handed over."})

    result: Annotated[DeliveryResult, member("How much of what was asked for.")]
    client_confirmed: Annotated[bool | None, member("Whether the client says so too.")] = None
    note: Annotated[Text | None, member("More in words.", PACKET)] = None


class WithdrawBody(AnswerBody):
    """The sender takes it back: the packet can no longer be read."""

    model_config = example({"reason": "CLIENT_WISH"})

    reason: Annotated[WithdrawReason, member("Why.")]


class CloseBody(AnswerBody):
    """The sender has heard the end of it."""

    model_config = example({"client_told": True})

    client_told: Annotated[bool, member("Whether the client knows how it ended.")]
