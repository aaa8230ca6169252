"""Builders of the facts and commands of referrals, with good defaults."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from services.referrals.referral.commands import (
    Accept,
    Acknowledge,
    Close,
    Decline,
    Deliver,
    Entry,
    ExpireCopy,
    Lapse,
    SendReferral,
    StartService,
    Withdraw,
)
from services.referrals.referral.decisions import REFERRAL_DECIDER as REFERRALS
from shared.codes import (
    DeclineReason,
    DeliveryResult,
    Direction,
    LapseTimer,
    Priority,
    ReferralReason,
    ReferralState,
    ServiceCode,
    SubCommittee,
    WithdrawReason,
)
from shared.consent import Consent
from shared.contracts.entry import EntryVoided
from shared.contracts.referrals import referral as facts
from shared.region import load_region

REGION = load_region(Path("deploy/regions/antique.toml"))
CENTRE = "PH-ANT-01"
SENT_AT = datetime.fromisoformat("2026-03-05T10:15:00+08:00")
AT = datetime(2026, 3, 6, 3, tzinfo=UTC)
TODAY = date(2026, 3, 5)
CLIENT, REFERRAL, CONSENT, ENTRY, CASE, ACTION = (UUID(int=n) for n in range(1, 7))


def packet(**changes: Any) -> facts.Packet:
    return facts.Packet(
        **{
            "name": "<given> <family>",
            "age": 34,
            "sex": "F",
            "reason": "wants to open a shop",
            "services_requested": ("LIV",),
            "consent_text": "name, age, sex, reason to OWWA",
            "sender": {"name": "<worker>", "position": "caseworker", "contact": "<phone>"},
            **changes,
        }
    )


def entry(**changes: Any) -> Entry:
    return Entry(**{"org": "OWWA", "service_code": ServiceCode.LIV, "active": True, "fresh_until": date(2026, 5, 1), **changes})


def sending(**changes: Any) -> SendReferral:
    priority = changes.get("priority", Priority.NORMAL)
    return SendReferral(
        **{
            "direction": Direction.OUT,
            "from_org": "ANT_PG",
            "to_org": "OWWA",
            "service_code": ServiceCode.LIV,
            "sub_committee": SubCommittee.ESIP,
            "priority": priority,
            "reason": ReferralReason.AdditionalServicesRequired,
            "channel": "ONLINE",
            "packet": packet(),
            "deadlines": REGION.deadlines(priority, SENT_AT, CENTRE),
            "on": TODAY,
            "client_id": CLIENT,
            "case_id": CASE,
            "action_id": ACTION,
            "entry_id": ENTRY,
            "entry": entry(),
            "consent_id": CONSENT,
            "consent": Consent.ACTIVE,
            "agreement_id": "ANT-OWWA-1",
            **changes,
        }
    )


def sent(**changes: Any) -> facts.ReferralSent:
    [event] = REFERRALS.decide(sending(**changes), REFERRALS.initial)
    assert isinstance(event, facts.ReferralSent)
    return event


ACKNOWLEDGED = facts.ReferralAcknowledged(at=AT, by_org="OWWA")
ACCEPTED = facts.ReferralAccepted(at=AT)
STARTED = facts.ReferralServiceStarted(at=AT)
DELIVERED = facts.ReferralServiceDelivered(at=AT, result=DeliveryResult.FULL)
DECLINED = facts.ReferralDeclined(at=AT, reason=DeclineReason.NO_CAPACITY)
WITHDRAWN = facts.ReferralWithdrawn(at=AT, reason=WithdrawReason.CLIENT_WISH)
LAPSED = facts.ReferralLapsed(timer=LapseTimer.ACK, at=AT)
VOIDED = EntryVoided(event_id=UUID(int=9), voided_type="referral-declined", reason="ENTERED_IN_ERROR")
CLOSED = facts.ReferralClosed(result="DECLINED", client_told=True, at=AT)
HELPED = facts.ReferralClosed(result="DELIVERED", client_told=True, at=AT)
EXPIRED = facts.ReferralCopyExpired(at=AT)

S = ReferralState
WAY_TO: dict[ReferralState, list[Any]] = {
    S.SENT: [sent()],
    S.ACKNOWLEDGED: [sent(), ACKNOWLEDGED],
    S.ACCEPTED: [sent(), ACKNOWLEDGED, ACCEPTED],
    S.IN_SERVICE: [sent(), ACKNOWLEDGED, ACCEPTED, STARTED],
    S.DELIVERED: [sent(), ACKNOWLEDGED, ACCEPTED, STARTED, DELIVERED],
    S.DECLINED: [sent(), DECLINED],
    S.WITHDRAWN: [sent(), WITHDRAWN],
    S.LAPSED: [sent(), LAPSED],
    S.CLOSED: [sent(), DECLINED, CLOSED],
}
"""Facts that bring a referral into each state; LAPSED before anybody accepted."""

COMMANDS: dict[str, Any] = {
    "Acknowledge": Acknowledge(at=AT, by_org="OWWA"),
    "Accept": Accept(at=AT, by_org="OWWA"),
    "Decline": Decline(at=AT, reason=DeclineReason.NO_CAPACITY),
    "StartService": StartService(at=AT),
    "Deliver": Deliver(at=AT, result=DeliveryResult.FULL),
    "Withdraw": Withdraw(at=AT, reason=WithdrawReason.CLIENT_WISH),
    "Lapse": Lapse(at=AT, timer=LapseTimer.SERVICE, escalated_to="DMW"),
    "Close": Close(at=AT, client_told=True),
    "ExpireCopy": ExpireCopy(at=AT),
}
