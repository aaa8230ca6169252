"""What casework does when something happens elsewhere: R1, R2, R3, R4, R11, R12, R13."""

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.casework.case.commands import CloseCase, OpenCase, RecordPlanAction, RequireReview
from services.casework.reactions import Answered, OpenOne, reactions
from shared.codes import ActionStatus, CaseSource, ClosureReason, Priority, ReviewCause, SubCommittee
from shared.eventsourcing.projection import Fact
from shared.eventsourcing.reaction import Wish
from shared.region import load_region
from tests.unit.casework.cases import ACTION, CASE, CENTRE, CLIENT, TODAY

REGION = load_region(Path("deploy/regions/antique.toml"))
EVENT = UUID(int=500)
HERE = OpenOne(CASE, CENTRE)


class NoLookUps:
    async def minor(self, fact: Fact, handle: Any) -> bool | None: ...
    async def open_cases(self, fact: Fact, handle: Any) -> list[OpenOne]: ...  # type: ignore[empty-body]
    async def open_cases_without_consent(self, fact: Fact, handle: Any) -> list[OpenOne]: ...  # type: ignore[empty-body]
    async def open_cases_of_both(self, fact: Fact, handle: Any) -> tuple[list[OpenOne], list[OpenOne]]: ...  # type: ignore[empty-body]
    async def open_cases_of_erased(self, fact: Fact, handle: Any) -> list[OpenOne]: ...  # type: ignore[empty-body]
    async def action(self, fact: Fact, handle: Any) -> Answered | None: ...


CASEWORK = reactions(lambda: REGION, NoLookUps())


def fact(type: str, stream: UUID = CLIENT, **data: Any) -> Fact:
    ctx = {
        "centre": CENTRE, "actor": "stf-r1", "role": "reception", "purpose": "CASE_MANAGEMENT", "basis": "CONSENT",
        "consent_id": str(UUID(int=40)), "subject_id": str(CLIENT), "requested_by": "stf-r2",
    }  # fmt: skip
    at = "2026-03-06T02:00:00.000Z"
    return Fact("topic", 0, 0, str(stream), 1, type, str(EVENT), at, at, "", {"ctx": ctx, **data})


def wishes(fact: Fact, found: Any = None) -> list[Wish]:
    [rule] = CASEWORK.rules[fact.type]
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


def withdrawn(purpose: str = "CASE_MANAGEMENT") -> Fact:
    return fact("gabay.intake.consent-withdrawn.v1", purpose=purpose, consent_id=str(UUID(int=40)), effective=str(TODAY))


def test_a_withdrawn_consent_flags_each_open_case_for_five_working_days() -> None:
    [first, second] = wishes(withdrawn(), [HERE, OpenOne(UUID(int=99), CENTRE)])
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
    assert wishes(withdrawn("STATISTICS"), [HERE]) == []


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
