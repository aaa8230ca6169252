"""What referrals does by itself when nobody answers in time (events chapter, section 5: T1, T2), and when the
receiver's time for its copy of a packet is over (T6: domain chapter, section 11). Pure."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, Protocol

from services.referrals.referral.commands import Close, ExpireCopy, Lapse
from services.referrals.referral.decisions import REFERRAL_DECIDER
from shared.codes import LapseTimer, LegalBasis, ReferralResult
from shared.codes.calendar import add_calendar_days
from shared.contracts.referrals.referral import REFERRAL
from shared.eventsourcing.projection import Fact
from shared.eventsourcing.reaction import Wish
from shared.eventsourcing.timer import Change, Due, Forget, Resume, Start, Stop, Timers
from shared.region import Region

CLOSES_AFTER: Final = 30
"""Calendar days that an ended or lapsed referral waits for its sender to close it."""

ANSWERED: Final = frozenset({"referral-acknowledged", "referral-accepted", "referral-declined", "referral-service-delivered"})
"""Facts that may be voided and that had stopped a timer."""


class LookUps(Protocol):
    """What is read before a timer decides."""

    async def deletes(self, due: Due, handle: Any) -> bool:
        """Whether a receiver may be told to delete: retention is switched on, and no legal hold forbids it."""


def timers(region: Callable[[], Region], look: LookUps) -> Timers:
    """The timers of referrals. A lapse was dated when the referral was sent; the wait for closure goes by the calendar here."""
    referrals = Timers("referrals", topics=[REFERRAL.topic], version=2)

    def wait_for_closure(fact: Fact) -> Start:
        # From the recording: whoever is to close it could not know before.
        centre = region().centre(fact.ctx["centre"])
        return Start("T2", due=add_calendar_days(datetime.fromisoformat(fact.recorded_at), CLOSES_AFTER, centre.zone, centre.calendar))

    @referrals.on("gabay.referrals.referral-sent.v1")
    def sent(fact: Fact) -> Iterable[Change]:
        yield Start("T1", LapseTimer.ACK, due=fact.data["lapse_ack"])
        yield Start("T1", LapseTimer.SERVICE, due=fact.data["lapse_service"])
        copied = datetime.fromisoformat(fact.occurred_at)
        yield Start("T6", due=years_after(copied, region().copy_years(fact.data.get("agreement_id"))))

    @referrals.on("gabay.referrals.referral-acknowledged.v1", "gabay.referrals.referral-accepted.v1")
    def answered(fact: Fact) -> Iterable[Change]:
        yield Stop("T1", LapseTimer.ACK)
        yield Stop("T2")  # a late answer: it had lapsed

    @referrals.on("gabay.referrals.referral-service-started.v1")
    def started(fact: Fact) -> Change:
        return Stop("T2")

    @referrals.on(
        "gabay.referrals.referral-declined.v1",
        "gabay.referrals.referral-service-delivered.v1",
        "gabay.referrals.referral-withdrawn.v1",
    )
    def ended(fact: Fact) -> Iterable[Change]:
        yield Stop("T1")
        yield wait_for_closure(fact)

    @referrals.on("gabay.referrals.referral-lapsed.v1")
    def lapsed(fact: Fact) -> Iterable[Change]:
        yield Stop("T1", fact.data["timer"])
        yield wait_for_closure(fact)

    @referrals.on("gabay.referrals.referral-closed.v1")
    def closed(fact: Fact) -> Iterable[Change]:
        if fact.data["result"] != ReferralResult.DELIVERED:
            return [Forget()]  # the packet no longer opens: with that its copy goes too
        return [Stop("T1"), Stop("T2")]

    @referrals.on("gabay.referrals.referral-copy-expired.v1")
    def expired(fact: Fact) -> Change:
        return Forget()

    @referrals.on("gabay.referrals.entry-voided.v1")
    def voided(fact: Fact) -> Iterable[Change]:
        # Which of them still counts, the referral knows when it rings: an acknowledgement that does not is refused there.
        if fact.data["event_type"].partition(".v")[0].rpartition(".")[2] in ANSWERED:
            yield Stop("T2")
            yield Resume("T1")

    @referrals.rings("T1")
    def lapse(due: Due, found: None) -> Wish:
        centre = region().centre(due.ctx.centre)
        command = Lapse(at=due.at, timer=LapseTimer(due.item), escalated_to=centre.coordinating_agency)
        return Wish(decider=REFERRAL_DECIDER, stream_id=due.stream_id, command=command, ctx=due.ctx)

    @referrals.rings("T2")
    def close(due: Due, found: None) -> Wish:
        return Wish(decider=REFERRAL_DECIDER, stream_id=due.stream_id, command=Close(at=due.at, client_told=False), ctx=due.ctx)

    @referrals.rings("T6", look_up=look.deletes, dropped=["invalid-state"])
    def expire_copy(due: Due, deletes: bool) -> Wish | None:
        if not deletes:
            return None
        ctx = replace(due.ctx, basis=LegalBasis.LEGAL_OBLIGATION.value, consent_id=None)
        return Wish(decider=REFERRAL_DECIDER, stream_id=due.stream_id, command=ExpireCopy(at=due.at), ctx=ctx)

    return referrals


def years_after(at: datetime, years: int) -> datetime:
    """The same time of another year; of 29 February the day before 1 March."""
    try:
        return at.replace(year=at.year + years)
    except ValueError:
        return at.replace(year=at.year + years, day=28)
