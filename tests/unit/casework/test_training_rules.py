"""The rules of a training: seats, hours, and who is counted instead of registered."""

from datetime import date

import pytest

from services.casework.case.commands import Consent
from services.casework.training.commands import Unenrol
from services.casework.training.decisions import TRAINING
from services.casework.training.table import MACHINE, allowed
from shared.codes import STAFF_COURSES, Course, SessionState
from shared.contracts.casework import training_session as facts
from tests.unit.casework.cases import CLIENT, ground
from tests.unit.casework.trainings import (
    COMMANDS,
    OTHER_CLIENT,
    WAY_TO,
    enrolled,
    enrolling,
    held,
    holding,
    recorded,
    recording,
    scheduled,
    scheduling,
    some_staff,
)
from tests.unit.kit import given

S = SessionState
ROWS = {"Enrol": S.SCHEDULED, "Unenrol": S.SCHEDULED, "HoldSession": S.SCHEDULED, "CancelSession": S.SCHEDULED, "RecordOutcome": S.HELD}
MOVES = {"HoldSession": S.HELD, "CancelSession": S.CANCELLED}


@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize("name", list(COMMANDS))
def test_a_command_moves_a_session_as_the_table_says(name: str, state: SessionState) -> None:
    outcome = given(TRAINING, *WAY_TO[state]).when(COMMANDS[name])
    if ROWS[name] is state:
        assert outcome.after().state.state is MOVES.get(name, state)
    else:
        outcome.rejected("invalid-state", state=state, allowed=allowed(state))


def test_what_is_allowed_names_the_commands_of_the_table() -> None:
    assert allowed(None) == ["ScheduleSession"]
    assert set(allowed(S.SCHEDULED)) == {name for name, state in ROWS.items() if state is S.SCHEDULED}
    assert MACHINE.commands(S.CANCELLED) == []


@pytest.mark.parametrize("course", list(Course))
def test_the_course_says_whether_it_is_for_staff(course: Course) -> None:
    fact = given(TRAINING).when(scheduling(course=course)).fact(facts.TrainingSessionScheduled)
    assert fact.for_staff is (course in STAFF_COURSES)


def test_a_client_takes_a_seat_once() -> None:
    story = given(TRAINING, scheduled()).when(enrolling()).then(enrolled())
    story.when(enrolling()).nothing()


def test_a_session_has_as_many_seats_as_it_has() -> None:
    full = given(TRAINING, scheduled(capacity=1), enrolled())
    full.when(enrolling(OTHER_CLIENT)).rejected("session-full")
    full.when(enrolling()).nothing()
    left = full.when(Unenrol(client_id=CLIENT)).then(facts.TrainingUnenrolled(client_id=CLIENT))
    left.when(enrolling(OTHER_CLIENT)).then(enrolled(OTHER_CLIENT))
    left.when(Unenrol(client_id=CLIENT)).nothing()


@pytest.mark.parametrize(("consent", "code"), [(Consent.MISSING, "consent-missing"), (Consent.ENDED, "consent-expired")])
def test_a_consent_that_is_named_must_be_in_force(consent: Consent, code: str) -> None:
    given(TRAINING, scheduled()).when(enrolling(ground=ground(consent))).rejected(code)


def test_partners_staff_are_counted_and_not_registered() -> None:
    session = given(TRAINING, scheduled(course=Course.FINLIT_TOT))
    session.when(enrolling()).rejected("invalid-state", allowed=["HoldSession", "CancelSession"])
    session.when(holding(attendees=2, staff_participants=some_staff(3))).refused_at("/attendees")
    fact = session.when(holding(attendees=3, staff_participants=some_staff(3))).fact(facts.TrainingSessionHeld)
    assert fact.staff_participants == some_staff(3)
    given(TRAINING, scheduled()).when(holding(staff_participants=some_staff())).refused_at("/staff_participants")


def test_a_session_is_held_once_it_took_place() -> None:
    given(TRAINING, scheduled()).when(holding(held_on=date(2026, 4, 12))).rejected("date-in-future", fields=["/held_on"])
    given(TRAINING, scheduled()).when(holding()).then(held())
    given(TRAINING, scheduled()).when(holding(hours="6.5")).then(held("6.5"))


@pytest.mark.parametrize(
    ("taught", "attended", "completed"),
    [("8", "8", True), ("8", "6.4", True), ("8", "6.39", False), ("8", "0", False), ("7.5", "6", True), ("0.1", "0.08", True)],
)
def test_eighty_per_cent_of_the_hours_complete_a_training(taught: str, attended: str, completed: bool) -> None:
    fact = given(TRAINING, scheduled(), enrolled(), held(taught)).when(recording(hours=attended)).fact(facts.TrainingOutcomeRecorded)
    assert fact.completed is completed


def test_an_outcome_is_of_somebody_who_was_enrolled_and_there_while_it_lasted() -> None:
    session = given(TRAINING, scheduled(), enrolled(), held())
    session.when(recording(OTHER_CLIENT)).refused_at("/client_id")
    session.when(recording(hours="8.25")).refused_at("/attended_hours")


def test_an_outcome_is_recorded_once() -> None:
    session = given(TRAINING, scheduled(), enrolled(), held()).when(recording()).then(recorded())
    session.when(recording()).nothing()
    session.when(recording(hours="7")).rejected("already-exists")


def test_without_scores_there_is_nothing_to_seal() -> None:
    session = given(TRAINING, scheduled(), enrolled(), held())
    assert session.when(recording(pre=None, post=None)).fact(facts.TrainingOutcomeRecorded).profile is None
