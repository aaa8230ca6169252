"""What intake does by itself when a consent runs out (events chapter, section 5: T3), or the time for keeping (T5). Pure."""

from calendar import monthrange
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from services.intake.client.commands import RequestErasure, WithdrawConsent
from services.intake.client.decisions import CLIENT as DECIDER
from services.intake.client.rules import birth_month, minor
from services.intake.client.state import State
from services.intake.retention.rules import Term, after
from services.intake.retention.rules import due as over
from shared.codes import MAJORITY, ConsentEnd, ErasureBasis, GivenBy, LegalBasis, Purpose
from shared.contracts.intake.client import CLIENT
from shared.contracts.intake.person import Identity
from shared.eventsourcing.projection import Fact
from shared.eventsourcing.reaction import Wish
from shared.eventsourcing.timer import Change, Due, Forget, Start, Stop, Timers
from shared.region import Region

GRACE_MONTHS: Final = 6
"""How long after the 18th birthday what a caregiver agreed to goes on."""

DUPLICATE: Final = "DUPLICATE"
"""The item of the timer of a record that was merged into another."""

GROWN: Final = ":MAJORITY"
"""Ends the item of a timer that asks whether the child has grown up; without it, it is the last day of a consent."""


class LookUps(Protocol):
    """What is read before a timer decides."""

    async def client(self, due: Due, handle: Any) -> State:
        """The record of the client, with the date of birth opened."""

    async def term(self, due: Due, handle: Any) -> Term | None:
        """Until when the data of the client are kept; None if nothing is to be proposed: under a hold, or asked for already."""


def timers(region: Callable[[], Region], look: LookUps) -> Timers:
    """The timers of intake: the ends of consents, and of the time for keeping."""
    intake = Timers("intake", topics=[CLIENT.topic], version=3)

    @intake.on("gabay.intake.client-registered.v1")
    def registered(fact: Fact) -> Change:
        # The soonest that a region may let anybody's time be over. When it is, is asked when the timer rings: so a province
        # that changes its times need not rebuild anything.
        return Start("T5", due=datetime.combine(after(date.fromisoformat(fact.data["registered_on"]), 1), time(), UTC))

    @intake.on("gabay.intake.client-retired.v1")
    def merged(fact: Fact) -> Change:
        # Likewise: the soonest.
        return Start("T5", DUPLICATE, due=datetime.fromisoformat(fact.occurred_at) + timedelta(days=1))

    @intake.on("gabay.intake.client-reinstated.v1")
    def fallen_apart(fact: Fact) -> Change:
        return Stop("T5", DUPLICATE)

    def midnight(fact: Fact, day: date) -> datetime:
        return datetime.combine(day, time(), ZoneInfo(region().centre(fact.ctx["centre"]).zone))

    @intake.on("gabay.intake.consent-given.v1")
    def given(fact: Fact) -> Iterable[Change]:
        data = fact.data
        if last := data.get("valid_to"):
            yield Start("T3", data["consent_id"], due=midnight(fact, date.fromisoformat(last) + timedelta(days=1)))
        if data["given_by"] == GivenBy.CAREGIVER and data["purpose"] != Purpose.STATISTICS:
            # Whoever was a child on the first day is six months past their birthday after six months at the soonest. The
            # day itself would tell the birthday: whether it has come is asked when the timer rings.
            begins = date.fromisoformat(data["valid_from"])
            yield Start("T3", data["consent_id"] + GROWN, due=midnight(fact, months_after(begins, GRACE_MONTHS)))
        if replaced := data.get("replaces"):
            yield from stop(replaced)

    def stop(consent_id: str) -> Iterable[Change]:
        yield Stop("T3", consent_id)
        yield Stop("T3", consent_id + GROWN)

    @intake.on("gabay.intake.consent-withdrawn.v1")
    def withdrawn(fact: Fact) -> Iterable[Change]:
        return stop(fact.data["consent_id"])

    @intake.on("gabay.intake.client-erased.v1")
    def erased(fact: Fact) -> Change:
        return Forget()

    @intake.rings("T3", look_up=look.client, dropped=["consent-missing", "client-retired"])
    def end(due: Due, state: State) -> Wish | None:
        zone = ZoneInfo(region().centre(due.ctx.centre).zone)
        today, consent_id = due.now.astimezone(zone).date(), UUID(due.item.removesuffix(GROWN))
        reason, day = ConsentEnd.EXPIRED, due.at.astimezone(zone).date()
        if due.item.endswith(GROWN):
            grown = grown_up(state, consent_id)
            if grown is None or grown > today:
                return None
            reason, day = ConsentEnd.MAJORITY_REACHED, grown
        command = WithdrawConsent(today=today, consent_id=consent_id, reason=reason, effective=day)
        return Wish(decider=DECIDER, stream_id=due.stream_id, command=command, ctx=due.ctx)

    @intake.rings("T5", look_up=look.term)
    def propose(due: Due, term: Term | None) -> Wish | None:
        """Propose, never erase: an officer carries it out, or does not."""
        if term is None or not over(term, due.now.astimezone(ZoneInfo(region().centre(due.ctx.centre).zone)).date()):
            return None
        ctx = replace(due.ctx, basis=LegalBasis.LEGAL_OBLIGATION.value, consent_id=None)
        command = RequestErasure(request_id=due.command_id, basis=ErasureBasis.RETENTION)
        return Wish(decider=DECIDER, stream_id=due.stream_id, command=command, ctx=ctx)

    return intake


def grown_up(state: State, consent_id: UUID) -> date | None:
    """The day on which what a caregiver agreed to for a child ends; None if it never does, or nobody knows the age.

    A consent for somebody of age already was given for a represented adult, who does not outgrow it.
    """
    consent, identity = state.consents.get(consent_id), state.identity
    if consent is None or not isinstance(identity, Identity) or not minor(state, consent.valid_from):
        return None
    month, _ = birth_month(identity, state.registered_on or consent.valid_from)
    if month is None:
        return None
    born = identity.birth_date or date.fromisoformat(f"{month}-01")
    return months_after(born, MAJORITY * 12 + GRACE_MONTHS)


def months_after(day: date, months: int) -> date:
    """The same day of the month, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
