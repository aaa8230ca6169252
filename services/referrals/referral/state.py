"""What is known of one referral, folded from its facts."""

from dataclasses import dataclass, replace
from typing import assert_never
from uuid import UUID

from shared.codes import Direction, ReferralResult, ReferralState, WithdrawReason
from shared.contracts.entry import EntryVoided
from shared.contracts.referrals.referral import (
    ReferralAccepted,
    ReferralAcknowledged,
    ReferralClosed,
    ReferralCopyExpired,
    ReferralDeclined,
    ReferralEvent,
    ReferralLapsed,
    ReferralSent,
    ReferralServiceDelivered,
    ReferralServiceStarted,
    ReferralWithdrawn,
    SentPacket,
)


@dataclass(frozen=True, slots=True)
class State:
    """What later decisions need to know, and nothing else. `state` None: there is no such referral.

    to_org: the true receiver, also of a confidential referral while its packet opens. result: how it ended, once it did.
    expired: the receiver was told to delete its copy.
    """

    state: ReferralState | None = None
    direction: Direction = Direction.OUT
    client_id: UUID | None = None
    consent_id: UUID | None = None
    from_org: str = ""
    to_org: str | None = None
    confidential: bool = False
    acknowledged: bool = False
    accepted: bool = False
    result: ReferralResult | None = None
    expired: bool = False


def evolve(state: State, event: ReferralEvent) -> State:
    match event:
        case ReferralSent(packet=packet):
            return replace(
                state,
                state=ReferralState.SENT,
                direction=event.direction,
                client_id=event.client_id,
                consent_id=event.consent_id,
                from_org=event.from_org,
                to_org=packet.to_org if isinstance(packet, SentPacket) else event.to_org,
                confidential=event.confidential,
            )
        case ReferralAcknowledged():
            return replace(state, state=ReferralState.ACKNOWLEDGED, acknowledged=True)
        case ReferralAccepted():
            client_id = event.client_id or state.client_id
            return replace(state, state=ReferralState.ACCEPTED, accepted=True, client_id=client_id)
        case ReferralDeclined():
            return replace(state, state=ReferralState.DECLINED, result=ReferralResult.DECLINED)
        case ReferralServiceStarted():
            return replace(state, state=ReferralState.IN_SERVICE)
        case ReferralServiceDelivered():
            return replace(state, state=ReferralState.DELIVERED, result=ReferralResult.DELIVERED)
        case ReferralWithdrawn(reason=reason):
            error = reason is WithdrawReason.SENT_IN_ERROR
            result = ReferralResult.ERROR if error else ReferralResult.WITHDRAWN
            return replace(state, state=ReferralState.WITHDRAWN, result=result)
        case ReferralLapsed():
            return replace(state, state=ReferralState.LAPSED, result=ReferralResult.LAPSED)
        case ReferralClosed():
            return replace(state, state=ReferralState.CLOSED)
        case ReferralCopyExpired():
            return replace(state, expired=True)
        case EntryVoided():
            return state  # what it names never gets here
        case _:
            assert_never(event)
