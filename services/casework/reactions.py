"""What casework does by itself when something happens elsewhere (events chapter, section 5: R1-R4, R6-R9, R11-R14).

Pure: whatever has to be read first is read by the look-ups that the worker hands in.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from services.casework.assistance.commands import ProgressConsular, ProgressReturn, ProgressTracing
from services.casework.assistance.table import BEFORE_DEPARTURE, REQUESTED_STILL, SEARCHING
from services.casework.case.commands import CloseCase, Ground, OpenCase, RecordFollowUp, RecordPlanAction, RequireReview
from services.casework.case.decisions import case_at
from services.casework.case.state import State
from shared.codes import (
    ActionStatus,
    CaseSource,
    ClosureReason,
    ConsularStage,
    ContactResult,
    FollowUpType,
    LegalBasis,
    Priority,
    Purpose,
    ReturnStage,
    ReviewCause,
    ServiceCode,
    SubCommittee,
    TracingStage,
)
from shared.codes.calendar import add_working_days
from shared.contracts.casework.case import CASE
from shared.eventsourcing.event import Context
from shared.eventsourcing.ids import derived
from shared.eventsourcing.projection import Fact
from shared.eventsourcing.reaction import Reactions, Wish
from shared.region import Region

SOURCES = {"WALK_IN": CaseSource.WALK_IN, "OUTREACH": CaseSource.OUTREACH, "HOME_VISIT": CaseSource.OUTREACH}
"""Channels that a case's source has a name for; all others are OTHER."""

REVIEW_DAYS = {ReviewCause.URGENT_SCREENING: 1, ReviewCause.CONSENT_WITHDRAWN: 5, ReviewCause.DUPLICATE_CLIENT: 5}
"""Working days until somebody must have looked."""

WITHDRAWN = "gabay.intake.consent-withdrawn.v1"

ANSWERS = {"referral-declined": ActionStatus.BLOCKED, "referral-withdrawn": ActionStatus.BLOCKED, "referral-lapsed": ActionStatus.BLOCKED}


@dataclass(frozen=True, slots=True)
class OpenOne:
    """An open case of the client."""

    case_id: UUID
    centre: str


@dataclass(frozen=True, slots=True)
class Assisted:
    """An open case of the client, with whatever in it may rest on a consent of its own."""

    case_id: UUID
    centre: str
    state: State


@dataclass(frozen=True, slots=True)
class Ended:
    """A consent that ended, and the open cases in which something may rest on it. recipient_org: of CONSULAR, the consulate."""

    purpose: str
    recipient_org: str | None
    cases: Sequence[Assisted]


@dataclass(frozen=True, slots=True)
class Arrived:
    """Whom an inbound referral was linked to. here: whether they have an open case at the centre; consent_id: to case
    management, in force; None: there is none."""

    here: bool
    consent_id: UUID | None


@dataclass(frozen=True, slots=True)
class Answered:
    """The step of a plan to which a referral belongs. centre: of its case."""

    case_id: UUID
    action_id: UUID
    centre: str


class LookUps(Protocol):
    """What is read before a reaction decides."""

    async def minor(self, fact: Fact, handle: Any) -> bool | None:
        """Whether the person registered is under 18; None if it can't be known."""

    async def open_cases(self, fact: Fact, handle: Any) -> list[OpenOne]:
        """Open cases of the client of the fact."""

    async def open_cases_without_consent(self, fact: Fact, handle: Any) -> list[OpenOne]:
        """The same, once our own read model knows that the consent ended."""

    async def opened_without_consent(self, fact: Fact, handle: Any) -> list[OpenOne]:
        """The case that was opened, if its consent has ended meanwhile and nobody was asked yet to look at it."""

    async def assisted(self, fact: Fact, handle: Any) -> Ended | None:
        """Open cases with what rests on a specific consent, once our own read model knows that it ended."""

    async def assisted_without_consent(self, fact: Fact, handle: Any) -> Ended | None:
        """The case of a step of assistance, if the consent under which it was just recorded has ended meanwhile."""

    async def arrived(self, fact: Fact, handle: Any) -> Arrived | None:
        """How the client stands whom an inbound referral was linked to; None: it is no inbound one."""

    async def open_cases_of_both(self, fact: Fact, handle: Any) -> tuple[list[OpenOne], list[OpenOne]]:
        """Open cases of the record that goes on, and of the one that was merged into it."""

    async def open_cases_of_erased(self, fact: Fact, handle: Any) -> list[OpenOne]:
        """Open cases of somebody who was erased, and of the records merged into theirs."""

    async def action(self, fact: Fact, handle: Any) -> Answered | None:
        """The step that a referral carries out, or None."""


def reactions(region: Callable[[], Region], look: LookUps) -> Reactions:
    """Casework's reactions in one region, which is asked for when the first of them needs it."""
    casework = Reactions("casework")

    def review(fact: Fact, case: OpenOne, cause: ReviewCause) -> Wish:
        centre = region().centre(case.centre)
        due = add_working_days(datetime.fromisoformat(fact.occurred_at), REVIEW_DAYS[cause], centre.zone, centre.calendar).date()
        command = RequireReview(cause=cause, due=due, source_event=UUID(fact.event_id))
        ctx = replace(_system(fact), centre=case.centre)
        return Wish(decider=case_at(case.centre), stream_id=case.case_id, command=command, ctx=ctx, item=str(case.case_id))

    def opening(fact: Fact, source: CaseSource, priority: str, reason: str, asked: dict[str, object], minor: bool | None) -> Wish:
        ctx = _system(fact)
        on = _day(region(), fact)
        committee = asked.get("sub_committee")
        command = OpenCase(
            client_id=UUID(fact.data.get("client_id") or fact.stream),
            reason=reason,
            priority=Priority(priority),
            source=source,
            sub_committee=SubCommittee(str(committee)) if committee else region().sub_committee(ServiceCode.CM, on),
            # The basis is the registration's own, which intake has judged: the consent may still be on its way to us.
            ground=Ground(on=on, basis=LegalBasis(ctx.basis or LegalBasis.CONSENT), statute=True, stated=True),
            confidential=bool(asked.get("confidential")),
            minor=minor,
            supervised=True,
        )
        return Wish(decider=case_at(ctx.centre), stream_id=None, command=command, ctx=ctx)

    @casework.on("R1", "gabay.intake.client-registered.v1", look_up=look.minor)
    def requested(fact: Fact, minor: bool | None) -> Wish | None:
        if not fact.data["open_case"]:
            return None
        asked = fact.data.get("case_request") or {}
        source = SOURCES.get(fact.data["channel"], CaseSource.OTHER)
        return opening(fact, source, asked.get("priority", Priority.NORMAL), "opened at registration", asked, minor)

    @casework.on("R2", "gabay.intake.vulnerability-screened.v1", look_up=look.open_cases)
    def screened(fact: Fact, cases: Sequence[OpenOne]) -> Iterable[Wish]:
        if not fact.data["urgent"]:
            return []
        here = [case for case in cases if case.centre == fact.ctx["centre"]]
        # A fact that comes again finds the case that it opened: that is no reason to look at it.
        ours = derived(UUID(fact.event_id), "R2")
        if here and all(case.case_id != ours for case in here):
            return [review(fact, case, ReviewCause.URGENT_SCREENING) for case in here]
        return [opening(fact, CaseSource.SCREENING, fact.data["priority"], "screened as urgent", {}, None)]

    @casework.on("R3", "gabay.intake.incident-reported.v1")
    def reported(fact: Fact, found: None) -> Wish | None:
        if not (fact.data["open_case"] and fact.data.get("client_id")):
            return None
        return opening(fact, CaseSource.INCIDENT, Priority.NORMAL, "opened at the report of an incident", {"confidential": True}, None)

    # R4 and R6 to R8 are looked at from both ends. A consent may end while what rests on it is on its way into the store:
    # whichever of the two facts is looked at last finds the other, so that nothing recorded in the last moment slips through.
    @casework.on("R4", CASE.ce_type("case-opened"), look_up=look.opened_without_consent)
    @casework.on("R4", WITHDRAWN, look_up=look.open_cases_without_consent)
    def consent_withdrawn(fact: Fact, cases: Sequence[OpenOne]) -> Iterable[Wish]:
        if fact.data.get("purpose", "CASE_MANAGEMENT") != "CASE_MANAGEMENT":
            return []
        return [review(fact, case, ReviewCause.CONSENT_WITHDRAWN) for case in cases]

    def ending(fact: Fact, case: Assisted, item: UUID, command: Any) -> Wish:
        ctx = replace(_system(fact), centre=case.centre)
        return Wish(decider=case_at(case.centre), stream_id=case.case_id, command=command, ctx=ctx, item=str(item))

    @casework.on("R6", CASE.ce_type("tracing-progressed"), look_up=look.assisted_without_consent)
    @casework.on("R6", WITHDRAWN, look_up=look.assisted)
    def tracing_withdrawn(fact: Fact, ended: Ended | None) -> Iterable[Wish]:
        if ended and ended.purpose == Purpose.TRACING:
            for case in ended.cases:
                for key, search in case.state.assistance.searches.items():
                    if search.stage in SEARCHING:
                        command = ProgressTracing(tracing_id=key, stage=TracingStage.SUSPENDED, on=_day(region(), fact))
                        yield ending(fact, case, key, command)

    @casework.on("R7", CASE.ce_type("consular-request-progressed"), look_up=look.assisted_without_consent)
    @casework.on("R7", WITHDRAWN, look_up=look.assisted)
    def consular_withdrawn(fact: Fact, ended: Ended | None) -> Iterable[Wish]:
        """Only what goes to the mission that the consent named: those to others rest on consents of their own."""
        if ended and ended.purpose == Purpose.CONSULAR:
            mission = region().org_state(ended.recipient_org) if ended.recipient_org else None
            for case in ended.cases:
                for key, request in case.state.assistance.requests.items():
                    if request.stage in REQUESTED_STILL and mission in (None, request.mission):
                        stage = ConsularStage.CANCELLED if request.stage is ConsularStage.PREPARED else ConsularStage.HALTED
                        yield ending(fact, case, key, ProgressConsular(request_id=key, stage=stage, on=_day(region(), fact)))

    @casework.on("R8", CASE.ce_type("return-assistance-progressed"), look_up=look.assisted_without_consent)
    @casework.on("R8", WITHDRAWN, look_up=look.assisted)
    def return_withdrawn(fact: Fact, ended: Ended | None) -> Iterable[Wish]:
        if ended and ended.purpose == Purpose.RETURN:
            for case in ended.cases:
                for key, journey in case.state.assistance.returns.items():
                    if journey.stage in BEFORE_DEPARTURE:
                        command = ProgressReturn(return_id=key, stage=ReturnStage.WITHDRAWN, on=_day(region(), fact))
                        yield ending(fact, case, key, command)

    @casework.on("R9", WITHDRAWN, look_up=look.assisted)
    def contact_withdrawn(fact: Fact, ended: Ended | None) -> Iterable[Wish]:
        """Planned contacts. The task of a best-interests assessment is none: no withdrawal takes a child's protection away."""
        if ended and ended.purpose == Purpose.FOLLOW_UP_CONTACT:
            for case in ended.cases:
                for key, each in case.state.follow_ups.items():
                    if each.done is None and each.type is not FollowUpType.ASSESSMENT:
                        on = _day(region(), fact)
                        yield ending(fact, case, key, RecordFollowUp(follow_up_id=key, done=on, contact=ContactResult.CANCELLED, on=on))

    @casework.on("R11", "gabay.intake.client-records-merged.v1", look_up=look.open_cases_of_both)
    def merged(fact: Fact, cases: tuple[Sequence[OpenOne], Sequence[OpenOne]]) -> Iterable[Wish]:
        ours, theirs = cases
        return [review(fact, case, ReviewCause.DUPLICATE_CLIENT) for case in (*ours, *theirs)] if ours and theirs else []

    @casework.on("R12", "gabay.intake.client-erased.v1", look_up=look.open_cases_of_erased)
    def erased(fact: Fact, cases: Sequence[OpenOne]) -> Iterable[Wish]:
        """Past every guard: nothing that is said from now on about this person could be sealed."""
        for case in cases:
            command = CloseCase(closed_on=_day(region(), fact), reason=ClosureReason.ERASURE)
            ctx = replace(_system(fact), centre=case.centre)
            yield Wish(decider=case_at(case.centre), stream_id=case.case_id, command=command, ctx=ctx, item=str(case.case_id))

    @casework.on(
        "R13",
        "gabay.referrals.referral-service-delivered.v1",
        "gabay.referrals.referral-declined.v1",
        "gabay.referrals.referral-withdrawn.v1",
        "gabay.referrals.referral-lapsed.v1",
        look_up=look.action,
    )
    def answered(fact: Fact, found: Answered | None) -> Wish | None:
        if found is None:
            return None
        status = ANSWERS.get(fact.type.split(".")[2])
        if status is None:
            status = ActionStatus.DONE if fact.data["result"] == "FULL" else ActionStatus.PARTIAL
        command = RecordPlanAction(action_id=found.action_id, status=status, referral_id=UUID(fact.stream))
        ctx = replace(_system(fact), centre=found.centre)
        return Wish(decider=case_at(found.centre), stream_id=found.case_id, command=command, ctx=ctx)

    @casework.on("R14", "gabay.referrals.referral-accepted.v1", look_up=look.arrived)
    def taken_in(fact: Fact, found: Arrived | None) -> Wish | None:
        """Without a consent to case management a worker asks for it first, and opens the case by hand."""
        if found is None or found.here or found.consent_id is None:
            return None
        client_id, on = UUID(fact.data["client_id"]), _day(region(), fact)
        command = OpenCase(
            client_id=client_id,
            reason="referred by another organisation",
            priority=Priority.NORMAL,
            source=CaseSource.REFERRAL_IN,
            sub_committee=region().sub_committee(ServiceCode.CM, on),
            ground=Ground(on=on),
            referral_id=UUID(fact.stream),
        )
        ctx = replace(
            _system(fact),
            purpose=Purpose.CASE_MANAGEMENT,
            basis=LegalBasis.CONSENT,
            consent_id=found.consent_id,
            subject_id=client_id,
        )
        return Wish(decider=case_at(ctx.centre), stream_id=None, command=command, ctx=ctx)

    return casework


def _system(fact: Fact) -> Context:
    """Basis and consent are those of the fact that caused it."""
    return replace(Context.read(fact.ctx), actor="system", role="system", requested_by=None)


def _day(region: Region, fact: Fact) -> date:
    zone = region.centre(fact.ctx["centre"]).zone
    return datetime.fromisoformat(fact.occurred_at).astimezone(ZoneInfo(zone)).date()
