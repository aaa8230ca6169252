"""Looks back: when they are usual, what came of them; and notes, with the counsellor's own."""

from datetime import date
from uuid import UUID

import pytest

from services.casework.case.commands import Consent
from services.casework.case.following import on_time, usual
from shared.codes import CaseKind, CaseState, ContactResult, FollowUpType, NoteKind
from shared.contracts.casework import case as facts
from tests.unit.casework.cases import CASES, FOLLOW_UP, TODAY, WAY_TO, ground, opened, planned, scheduled
from tests.unit.casework.plans import looking_back, noting, scheduling
from tests.unit.kit import given

HERE = [opened(), scheduled()]


@pytest.mark.parametrize(
    ("kind", "days"),
    [
        (FollowUpType.REINTEGRATION, ["2026-02-28", "2026-04-30", "2026-07-31", "2027-01-31"]),
        (FollowUpType.AFTER_REUNIFICATION, ["2026-02-28", "2026-04-30", "2026-07-31"]),
        (FollowUpType.AFTER_SERVICE, ["2026-02-14"]),
        (FollowUpType.SAFETY, ["2026-02-03"]),
        (FollowUpType.IN_CARE, []),
        (FollowUpType.ASSESSMENT, []),
    ],
)
def test_the_usual_days_of_each_type(kind: FollowUpType, days: list[str]) -> None:
    assert [str(day) for day in usual(kind, date(2026, 1, 31))] == days


def test_a_follow_up_is_on_time_until_seven_days_after_it_was_due() -> None:
    assert on_time(TODAY, date(2026, 3, 13))
    assert not on_time(TODAY, date(2026, 3, 14))


def test_one_is_scheduled_on_the_day_that_was_said() -> None:
    given(CASES, opened()).when(scheduling()).then(scheduled()).when(scheduling()).nothing()
    given(CASES, *HERE).when(scheduling(due=date(2026, 4, 1))).rejected("already-exists")


def test_without_a_day_the_usual_ones_that_are_still_ahead_are_scheduled() -> None:
    command = scheduling(due=None, after=date(2026, 2, 1))
    after = given(CASES, opened()).when(command).then_types(*[facts.FollowUpScheduled] * 3)
    assert [str(each.due) for each in after.state.follow_ups.values()] == ["2026-05-01", "2026-08-01", "2027-02-01"]
    assert next(iter(after.state.follow_ups)) == FOLLOW_UP
    after.when(command).nothing()


def test_where_none_is_usual_a_day_is_needed() -> None:
    given(CASES, opened()).when(scheduling(FollowUpType.IN_CARE, due=None)).refused_at("/due")
    given(CASES, opened()).when(scheduling(FollowUpType.SAFETY, due=None, after=date(2026, 1, 1))).refused_at("/due")


def test_the_first_one_after_the_last_step_moves_the_case() -> None:
    assert given(CASES, *WAY_TO[CaseState.PLAN_AGREED], scheduled()).state.state is CaseState.PLAN_AGREED
    assert given(CASES, *WAY_TO[CaseState.FOLLOW_UP]).state.state is CaseState.FOLLOW_UP
    assert given(CASES, opened(), planned(), scheduled()).state.state is CaseState.PLAN_PROPOSED


def test_what_came_of_it_is_recorded_once() -> None:
    fact = facts.FollowUpRecorded(
        follow_up_id=FOLLOW_UP, type="REINTEGRATION", due=TODAY, done=TODAY, contact="REACHED", narrative=facts.FollowUpNote(note="well")
    )
    after = given(CASES, *HERE).when(looking_back(note="well")).then(fact)
    after.when(looking_back(note="well")).nothing()
    after.when(looking_back(ContactResult.MOVED)).rejected("invalid-state")
    given(CASES, opened()).when(looking_back()).rejected("not-found")
    given(CASES, *HERE).when(looking_back(done=date(2026, 3, 7))).rejected("date-in-future", fields=["/done"])


def test_another_try_is_scheduled_with_it() -> None:
    again = looking_back(ContactResult.NOT_REACHED, next=date(2026, 3, 20))
    after = given(CASES, *HERE).when(again).then_types(facts.FollowUpRecorded, facts.FollowUpScheduled)
    assert [str(each.due) for each in after.state.follow_ups.values() if each.done is None] == ["2026-03-20"]
    given(CASES, *HERE).when(looking_back(ContactResult.NOT_REACHED, next=TODAY)).refused_at("/next")
    given(CASES, *HERE).when(looking_back(ContactResult.CANCELLED, next=date(2026, 3, 20))).refused_at("/next")


def test_follow_ups_and_notes_rest_on_the_consent_save_where_the_system_cancels() -> None:
    ended = ground(Consent.ENDED)
    given(CASES, opened()).when(scheduling(ground=ended)).rejected("consent-expired")
    given(CASES, *HERE).when(looking_back(ground=ended)).rejected("consent-expired")
    given(CASES, opened()).when(noting(ground=ended)).rejected("consent-expired")
    given(CASES, *HERE).when(looking_back(ContactResult.CANCELLED, ground=None)).then_types(facts.FollowUpRecorded)


def test_a_note_is_narrative_and_on_a_confidential_case_protected() -> None:
    told = facts.CaseNote(text="called")
    open_note = facts.CaseNoteRecorded(note_id=UUID(int=30), kind="CONTACT", narrative=told)
    given(CASES, opened()).when(noting()).then(open_note).when(noting()).nothing()
    given(CASES, opened(), open_note).when(noting(text="another")).rejected("already-exists")
    hidden = facts.CaseNoteRecorded(note_id=UUID(int=30), kind="CONTACT", protected=told)
    given(CASES, opened(case_kind=CaseKind.CONFIDENTIAL)).when(noting()).then(hidden).when(noting(text="another")).rejected(
        "already-exists"
    )


def test_a_counselling_note_is_written_by_a_counsellor() -> None:
    given(CASES, opened()).when(noting(NoteKind.COUNSELLING)).rejected("forbidden")
    given(CASES, opened()).when(noting(NoteKind.COUNSELLING, counsellor=True)).then_types(facts.CaseNoteRecorded)
