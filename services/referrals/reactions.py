"""What referrals does by itself when something happens (events chapter, section 5: R5, R12, R15).

Pure: whatever has to be read or done first is done by the look-ups that the worker hands in.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from services.referrals.referral.commands import Withdraw
from services.referrals.referral.decisions import REFERRAL_DECIDER
from shared.codes import WithdrawReason
from shared.eventsourcing.event import Context
from shared.eventsourcing.projection import Fact
from shared.eventsourcing.reaction import Reactions, Wish


@dataclass(frozen=True, slots=True)
class UnderConsent:
    """A referral, running or lapsed, that rests on a consent. centre: the one that sent it."""

    referral_id: UUID
    centre: str


class LookUps(Protocol):
    """What is read, or done, before a reaction decides."""

    async def under_consent(self, fact: Fact, handle: Any) -> list[UnderConsent]:
        """Referrals under the consent that ended, once our own read model knows of its end."""

    async def without_consent(self, fact: Fact, handle: Any) -> list[UnderConsent]:
        """The referral that was sent, if its consent has ended meanwhile."""

    async def of_erased(self, fact: Fact, handle: Any) -> list[UnderConsent]:
        """Referrals of somebody who was erased that can still be withdrawn."""

    async def packet_key(self, fact: Fact, handle: Any) -> None:
        """Destroys the key of a packet that nobody may open any more."""


def reactions(look: LookUps) -> Reactions:
    """The reactions of referrals."""
    referrals = Reactions("referrals")

    # A consent may end while a referral is on its way into the store: whichever of the two facts is looked at last finds
    # the other, so that nothing sent in the last moment slips through.
    @referrals.on("R5", "gabay.referrals.referral-sent.v1", look_up=look.without_consent)
    @referrals.on("R5", "gabay.intake.consent-withdrawn.v1", look_up=look.under_consent)
    def consent_withdrawn(fact: Fact, found: Sequence[UnderConsent]) -> Iterable[Wish]:
        return _withdrawn(fact, found, WithdrawReason.CONSENT_WITHDRAWN)

    @referrals.on("R12", "gabay.intake.client-erased.v1", look_up=look.of_erased)
    def erased(fact: Fact, found: Sequence[UnderConsent]) -> Iterable[Wish]:
        return _withdrawn(fact, found, WithdrawReason.ERASURE)

    @referrals.on("R15", "gabay.referrals.referral-withdrawn.v1", "gabay.referrals.referral-closed.v1", look_up=look.packet_key)
    def packet_no_longer_needed(fact: Fact, found: None) -> None:
        """No command: a destroyed key is not a fact of the referral."""

    return referrals


def _withdrawn(fact: Fact, found: Iterable[UnderConsent], reason: WithdrawReason) -> Iterable[Wish]:
    # The time at which we heard, as far as the fact tells it: a repetition says the same.
    at = datetime.fromisoformat(fact.recorded_at)
    caused = replace(Context.read(fact.ctx), actor="system", role="system", requested_by=None)
    for each in found:
        yield Wish(
            decider=REFERRAL_DECIDER,
            stream_id=each.referral_id,
            command=Withdraw(at=at, reason=reason),
            ctx=replace(caused, centre=each.centre),
            item=str(each.referral_id),
        )
