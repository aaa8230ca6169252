"""What referrals does by itself when nobody answers in time (events chapter, section 5: T1, T2). Pure."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

from services.referrals.referral.commands import Close, Lapse
from services.referrals.referral.decisions import REFERRAL_DECIDER
from shared.codes import LapseTimer
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


def timers(region: Callable[[], Region]) -> Timers:
    """The timers of referrals. A lapse was dated when the referral was sent; the wait for closure goes by the calendar here."""
    referrals = Timers("referrals", topics=[REFERRAL.topic])

    def wait_for_closure(fact: Fact) -> Start:
        # From the recording: whoever is to close it could not know before.
        centre = region().centre(fact.ctx["centre"])
        return Start("T2", due=add_calendar_days(datetime.fromisoformat(fact.recorded_at), CLOSES_AFTER, centre.zone, centre.calendar))

    @referrals.on("gabay.referrals.referral-sent.v1")
    def sent(fact: Fact) -> Iterable[Change]:
        yield Start("T1", LapseTimer.ACK, due=fact.data["lapse_ack"])
        yield Start("T1", LapseTimer.SERVICE, due=fact.data["lapse_service"])

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
    def closed(fact: Fact) -> Change:
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

    return referrals
