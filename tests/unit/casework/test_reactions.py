"""What casework does when something happens elsewhere: R1-R4, R6-R9, R11-R14."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.casework.case.commands import CloseCase, OpenCase, RecordPlanAction, RequireReview
from services.casework.reactions import Answered, Arrived, Assisted, Ended, OpenOne, reactions
from services.casework.timers import timers
from shared.codes import (
    ActionStatus,
    CaseSource,
    ClosureReason,
    ConsularStage,
    ContactResult,
    FollowUpType,
    Priority,
    ProtectionMatter,
    ReturnStage,
    ReviewCause,
    SubCommittee,
    TracingStage,
)
from shared.contracts.casework import ending
from shared.eventsourcing.event import Context
from shared.eventsourcing.projection import Fact
from shared.eventsourcing.reaction import Wish
from shared.eventsourcing.timer import Due
from shared.region import load_region
from tests.unit.casework import helping, plans
from tests.unit.casework.cases import ACTION, CASE, CASES, CENTRE, CLIENT, FOLLOW_UP, TODAY, opened
from tests.unit.casework.test_projections import apply
from tests.unit.casework.test_transfers import REQUESTED
from tests.unit.kit import given

REGION = load_region(Path("deploy/regions/antique.toml"))
EVENT = UUID(int=500)
HERE = OpenOne(CASE, CENTRE)


class NoLookUps:
    async def minor(self, fact: Fact, handle: Any) -> bool | None: ...
    async def open_cases(self, fact: Fact, handle: Any) -> list[OpenOne]: ...  # type: ignore[empty-body]
    async def open_cases_without_consent(self, fact: Fact, handle: Any) -> list[OpenOne]: ...  # type: ignore[empty-body]
    async def open_cases_of_both(self, fact: Fact, handle: Any) -> tuple[list[OpenOne], list[OpenOne]]: ...  # type: ignore[empty-body]
    async def open_cases_of_erased(self, fact: Fact, handle: Any) -> list[OpenOne]: ...  # type: ignore[empty-body]
    async def opened_without_consent(self, fact: Fact, handle: Any) -> list[OpenOne]: ...  # type: ignore[empty-body]
    async def assisted(self, fact: Fact, handle: Any) -> Ended | None: ...
    async def assisted_without_consent(self, fact: Fact, handle: Any) -> Ended | None: ...
    async def arrived(self, fact: Fact, handle: Any) -> Arrived | None: ...
    async def action(self, fact: Fact, handle: Any) -> Answered | None: ...


CASEWORK = reactions(lambda: REGION, NoLookUps())


def fact(type: str, stream: UUID = CLIENT, **data: Any) -> Fact:
    ctx = {
        "centre": CENTRE, "actor": "stf-r1", "role": "reception", "purpose": "CASE_MANAGEMENT", "basis": "CONSENT",
        "consent_id": str(UUID(int=40)), "subject_id": str(CLIENT), "requested_by": "stf-r2",
    }  # fmt: skip
    at = "2026-03-06T02:00:00.000Z"
    return Fact("topic", 0, 0, str(stream), 1, type, str(EVENT), at, at, "", {"ctx": ctx, **data})


def wishes(fact: Fact, found: Any = None, name: str | None = None) -> list[Wish]:
    """What a reaction wishes; name: which, where several follow one type."""
    [rule] = [rule for rule in CASEWORK.rules[fact.type] if name in (None, rule.name)]
    wished = rule.react(fact, found)
    return [wished] if isinstance(wished, Wish) else list(wished or ())


def registered(**data: Any) -> Fact:
    return fact("gabay.intake.client-registered.v1", **{"channel": "WALK_IN", "open_case": True, **data})


def test_who_asks_for_help_at_registration_has_a_case_opened() -> None:
    request = {"priority": "URGENT", "confidential": True, "sub_committee": "MDI"}
    [wish] = wishes(registered(case_request=request), False)
    command = wish.command
    assert isinstance(command, OpenCase)
    assert (command.client_id, command.priority, command.source) == (CLIENT, Priority.URGENT, CaseSource.WALK_IN)
    assert (command.confidential, command.sub_committee, command.minor) == (True, SubCommittee.MDI, False)
    assert wish.stream_id is None
    assert wish.decider.decide(command, wish.decider.initial)


def test_the_system_acts_on_the_ground_of_the_fact_that_caused_it() -> None:
    [wish] = wishes(registered())
    assert (wish.ctx.actor, wish.ctx.role, wish.ctx.requested_by) == ("system", "system", None)
    assert (wish.ctx.basis, wish.ctx.consent_id, wish.ctx.subject_id) == ("CONSENT", UUID(int=40), CLIENT)


def test_without_a_request_the_case_counts_for_case_management() -> None:
    [wish] = wishes(registered(channel="HOTLINE"))
    assert wish.command.sub_committee is SubCommittee.PSS
    assert wish.command.source is CaseSource.OTHER


def test_who_asks_for_nothing_gets_no_case() -> None:
    assert wishes(registered(open_case=False)) == []


def screened(*, urgent: bool = True) -> Fact:
    return fact("gabay.intake.vulnerability-screened.v1", urgent=urgent, priority="EMERGENCY")


def test_an_urgent_screening_opens_a_case() -> None:
    [wish] = wishes(screened(), [])
    assert (wish.command.source, wish.command.priority) == (CaseSource.SCREENING, Priority.EMERGENCY)


def test_an_urgent_screening_of_somebody_with_a_case_asks_for_a_review() -> None:
    [wish] = wishes(screened(), [HERE])
    assert wish.command == RequireReview(cause=ReviewCause.URGENT_SCREENING, due=date(2026, 3, 9), source_event=EVENT)
    assert (wish.stream_id, wish.item) == (CASE, str(CASE))


def test_a_case_at_another_centre_does_not_count() -> None:
    [wish] = wishes(screened(), [OpenOne(CASE, "PH-MAS-01")])
    assert isinstance(wish.command, OpenCase)


def test_a_screening_that_is_not_urgent_opens_nothing() -> None:
    assert wishes(screened(urgent=False), []) == []


def incident(**data: Any) -> Fact:
    told = {"client_id": str(CLIENT), "open_case": True, "by": "CLIENT", **data}
    return fact("gabay.intake.incident-reported.v1", UUID(int=81), **{name: each for name, each in told.items() if each is not None})


def test_an_incident_of_a_client_who_wants_it_opens_a_confidential_case() -> None:
    [wish] = wishes(incident())
    command = wish.command
    assert isinstance(command, OpenCase)
    assert (command.client_id, command.source, command.confidential) == (CLIENT, CaseSource.INCIDENT, True)
    assert wishes(incident(open_case=False)) == wishes(incident(client_id=None)) == []


def over(purpose: str, *cases: Assisted) -> Ended:
    return Ended(purpose, None, cases)


def withdrawn(purpose: str = "CASE_MANAGEMENT") -> Fact:
    return fact("gabay.intake.consent-withdrawn.v1", purpose=purpose, consent_id=str(UUID(int=40)), effective=str(TODAY))


def test_a_withdrawn_consent_flags_each_open_case_for_five_working_days() -> None:
    [first, second] = wishes(withdrawn(), [HERE, OpenOne(UUID(int=99), CENTRE)], "R4")
    assert first.command == RequireReview(cause=ReviewCause.CONSENT_WITHDRAWN, due=date(2026, 3, 13), source_event=EVENT)
    assert first.item != second.item


def test_two_records_of_one_person_with_an_open_case_each_are_looked_at() -> None:
    merged = fact("gabay.intake.client-records-merged.v1", survivor_id=str(CLIENT), retired_id=str(UUID(int=98)))
    other = OpenOne(UUID(int=99), CENTRE)
    [ours, theirs] = wishes(merged, ([HERE], [other]))
    assert ours.command == RequireReview(cause=ReviewCause.DUPLICATE_CLIENT, due=date(2026, 3, 13), source_event=EVENT)
    assert (ours.stream_id, theirs.stream_id, theirs.ctx.actor) == (CASE, other.case_id, "system")
    assert ours.item != theirs.item
    assert wishes(merged, ([HERE], [])) == wishes(merged, ([], [other])) == []


def test_other_consents_leave_cases_alone() -> None:
    assert wishes(withdrawn("STATISTICS"), [HERE], "R4") == []


@pytest.mark.parametrize(
    ("name", "data", "status"),
    [
        ("service-delivered", {"result": "FULL"}, ActionStatus.DONE),
        ("service-delivered", {"result": "PARTIAL"}, ActionStatus.PARTIAL),
        ("declined", {"reason": "NO_CAPACITY"}, ActionStatus.BLOCKED),
        ("withdrawn", {"reason": "SAFETY"}, ActionStatus.BLOCKED),
        ("lapsed", {"timer": "ACK"}, ActionStatus.BLOCKED),
    ],
)
def test_the_answer_to_a_referral_moves_its_step(name: str, data: dict[str, str], status: ActionStatus) -> None:
    referral = UUID(int=77)
    answer = fact(f"gabay.referrals.referral-{name}.v1", referral, **data)
    [wish] = wishes(answer, Answered(CASE, ACTION, CENTRE))
    assert wish.command == RecordPlanAction(action_id=ACTION, status=status, referral_id=referral)
    assert wish.stream_id == CASE
    assert wishes(answer, None) == []


def test_all_open_cases_of_somebody_erased_are_closed() -> None:
    told = fact("gabay.intake.client-erased.v1", request_id=str(EVENT), basis="SUBJECT_REQUEST", aliases=[])
    first, second = wishes(told, [OpenOne(UUID(int=1), CENTRE), OpenOne(UUID(int=2), "PH-ANT-02")])
    assert first.command == CloseCase(closed_on=date(2026, 3, 6), reason=ClosureReason.ERASURE)
    assert (first.stream_id, first.item, first.ctx.actor) == (UUID(int=1), str(UUID(int=1)), "system")
    assert second.ctx.centre == "PH-ANT-02"


# What rests on a consent of its own (R6-R9)

RUNNING = helping.after(
    [opened()],
    helping.asking(),
    helping.asking(request_id=UUID(int=171), mission="VEN"),
    helping.asking(ConsularStage.SUBMITTED, request_id=UUID(int=171)),
    helping.going(),
    helping.searching(),
    plans.scheduling(FollowUpType.SAFETY),
).state
CASE_HERE = Assisted(CASE, CENTRE, RUNNING)
ROUTE = load_region(Path("deploy/regions/route-example.toml"))


def carried_out(wish: Wish) -> list[str]:
    """Types of the facts that follow from a wish on the case as it runs."""
    return [event.event_type for event in wish.decider.decide(wish.command, RUNNING)]


def test_a_search_rests_when_the_consent_to_it_ends() -> None:
    [wish] = wishes(withdrawn("TRACING"), over("TRACING", CASE_HERE), "R6")
    assert (wish.stream_id, wish.item, wish.ctx.actor) == (CASE, str(helping.SEARCH), "system")
    assert wish.command.stage is TracingStage.SUSPENDED
    assert carried_out(wish) == ["tracing-progressed"]


@pytest.mark.parametrize(("name", "type"), [("R4", "case-opened"), ("R6", "tracing-progressed")])
def test_what_is_recorded_while_its_consent_ends_is_looked_at_from_its_own_side(name: str, type: str) -> None:
    found: Any = [HERE] if name == "R4" else over("TRACING", CASE_HERE)
    [wish] = wishes(fact(f"gabay.casework.{type}.v1", CASE), found, name)
    assert carried_out(wish) == ["case-review-required" if name == "R4" else "tracing-progressed"]


def test_what_goes_to_a_mission_is_cancelled_or_halted_and_only_to_that_mission() -> None:
    both = wishes(withdrawn("CONSULAR"), over("CONSULAR", CASE_HERE), "R7")
    assert [wish.command.stage for wish in both] == [ConsularStage.CANCELLED, ConsularStage.HALTED]
    assert [carried_out(wish) for wish in both] == [["consular-request-progressed"]] * 2
    here = reactions(lambda: ROUTE, NoLookUps())
    [rule] = [rule for rule in here.rules["gabay.intake.consent-withdrawn.v1"] if rule.name == "R7"]
    ended = fact("gabay.intake.consent-withdrawn.v1", purpose="CONSULAR", recipient_org="CONS_VEN")
    [wish] = rule.react(ended, Ended("CONSULAR", "CONS_VEN", [CASE_HERE]))  # type: ignore[misc]
    assert wish.command.request_id == UUID(int=171)


def test_a_return_ends_before_departure_and_not_after() -> None:
    [wish] = wishes(withdrawn("RETURN"), over("RETURN", CASE_HERE), "R8")
    assert wish.command.stage is ReturnStage.WITHDRAWN
    assert carried_out(wish) == ["return-assistance-progressed"]
    gone = {helping.RETURN: replace(RUNNING.assistance.returns[helping.RETURN], stage=ReturnStage.DEPARTED)}
    state = replace(RUNNING, assistance=replace(RUNNING.assistance, returns=gone))
    assert wishes(withdrawn("RETURN"), over("RETURN", Assisted(CASE, CENTRE, state)), "R8") == []


def test_planned_contacts_are_cancelled_but_no_task_for_a_child() -> None:
    [wish] = wishes(withdrawn("FOLLOW_UP_CONTACT"), over("FOLLOW_UP_CONTACT", CASE_HERE), "R9")
    assert (wish.command.contact, wish.item) == (ContactResult.CANCELLED, str(FOLLOW_UP))
    assert carried_out(wish) == ["follow-up-recorded"]
    child = helping.after([opened(minor=True)], helping.protecting(ProtectionMatter.CHILD_SEPARATION)).state
    assert wishes(withdrawn("FOLLOW_UP_CONTACT"), over("FOLLOW_UP_CONTACT", Assisted(CASE, CENTRE, child)), "R9") == []


@pytest.mark.parametrize("name", ["R6", "R7", "R8", "R9"])
@pytest.mark.parametrize("purpose", ["STATISTICS", "PHOTO", "SHARE_FOR_SERVICE"])
def test_other_purposes_end_nothing_here(name: str, purpose: str) -> None:
    assert wishes(withdrawn(purpose), over(purpose, CASE_HERE), name) == []


# Inbound referrals (R14)


def taken_in(**data: Any) -> Fact:
    return fact("gabay.referrals.referral-accepted.v1", UUID(int=77), at="2026-03-06T02:00:00.000Z", **data)


def test_who_comes_by_a_referral_has_a_case_opened() -> None:
    consent = UUID(int=41)
    [wish] = wishes(taken_in(client_id=str(CLIENT)), Arrived(False, consent))
    command = wish.command
    assert (command.client_id, command.source, command.referral_id) == (CLIENT, CaseSource.REFERRAL_IN, UUID(int=77))
    assert (wish.ctx.subject_id, wish.ctx.basis, wish.ctx.consent_id, wish.ctx.purpose) == (CLIENT, "CONSENT", consent, "CASE_MANAGEMENT")
    assert wish.decider.decide(command, wish.decider.initial)


@pytest.mark.parametrize("found", [None, Arrived(True, UUID(int=41)), Arrived(False, None)], ids=["outbound", "open here", "no consent"])
def test_otherwise_none_is_opened(found: Arrived | None) -> None:
    assert wishes(taken_in(client_id=str(CLIENT)), found) == []


# A transfer that nobody answers (T4)

TIMERS = timers(lambda: ROUTE)


def ticking(name: str, **data: Any) -> list[Any]:
    return apply(TIMERS.projection, fact(f"gabay.casework.{name}.v1", CASE, **data))


def test_a_transfer_waits_for_five_working_days_of_the_centre_that_was_asked() -> None:
    offer = {"transfer_id": str(UUID(int=60)), "to_centre": "HN-EP-01"}
    [start] = ticking("case-transfer-requested", **offer)
    assert start[0] == "start"
    assert any("2026-03-13" in str(column) for column in start[1]), start
    assert [op[0] for op in ticking("case-transfer-answered", **offer, answer="ACCEPTED")] == ["stop"]
    assert [op[0] for op in ticking("case-closed", closed_on=str(TODAY))] == ["forget"]


def test_unanswered_it_is_refused_once() -> None:
    ctx = Context(centre=CENTRE, actor="system", role="system", purpose="CASE_MANAGEMENT")
    at = datetime(2026, 3, 13, 23, tzinfo=UTC)
    due = Due(stream_id=CASE, name="T4", item=str(UUID(int=60)), at=at, rings_at=at, now=at, ctx=ctx, version=1)
    wish = TIMERS.rules["T4"].ring(due, None)
    assert wish is not None
    refused = ending.CaseTransferAnswered(transfer_id=UUID(int=60), to_centre="PH-MAS-01", answer="REFUSED")
    given(CASES, opened(), REQUESTED).when(wish.command).then(refused).when(wish.command).rejected("invalid-state")
