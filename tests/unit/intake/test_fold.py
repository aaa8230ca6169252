"""Folding is total: any facts in any order, sealed parts readable or not, give a state and never an error."""

from hypothesis import given as forall
from hypothesis import settings
from hypothesis import strategies as st

from services.intake.client.decisions import CLIENT
from services.intake.client.state import State
from services.intake.encounter.decisions import ENCOUNTER
from shared.contracts.entry import EntryVoided
from shared.contracts.intake.client import ClientErased, ErasureRequested, LegalHoldLifted, LegalHoldPlaced
from shared.contracts.intake.consent import ConsentRefused
from shared.contracts.intake.functioning import FunctioningAssessed, FunctioningRecord
from shared.contracts.intake.merge import ClientRecordsUnmerged, ClientReinstated, DuplicatesReviewed
from shared.contracts.intake.rights import RequestWords, RightsRequestAnswered, RightsRequestDecided, RightsRequestReceived
from shared.eventsourcing.event import Event
from shared.privacy.classes import FieldClass
from tests.unit.intake.people import (
    C1,
    N2,
    TODAY,
    a_departure,
    a_return,
    a_screening,
    an_answer,
    an_arrival,
    an_intention,
    give,
    register,
    registered,
    statistics,
    withdraw,
)
from tests.unit.intake.test_amendment import amend
from tests.unit.intake.test_episodes import economics
from tests.unit.intake.test_functioning import EASY
from tests.unit.intake.test_merge import C2, MERGED, RETIRED
from tests.unit.kit import forgotten, given, in_every_way_forgotten, plaintexts

ANSWERED = FunctioningRecord(answers=EASY, disabled=False)


def a_whole_life() -> list[Event]:
    story = given(CLIENT, *registered(consents=(an_answer(), statistics()), intention=an_intention(), departure=a_departure(),
        returned=a_return(), transit_arrival=an_arrival(), screening=a_screening()))  # fmt: skip
    for command in (economics(), amend(person={"email": "a@example.org"}), withdraw(N2), give(statistics(C1))):
        story = story.when(command).after()
    return [
        *story.events,
        ConsentRefused(purpose="PHOTO", language="krj", notice_version="1"),
        EntryVoided(event_id=C1, voided_type="return-recorded", reason="ENTERED_IN_ERROR"),
        FunctioningAssessed(tool_version="WG-SS", identity=ANSWERED, profile=ANSWERED),
        MERGED,
        ClientRecordsUnmerged(survivor_id=C1, retired_id=C2, reason="WRONG_MERGE"),
        RETIRED,
        ClientReinstated(survivor_id=C1, retired_id=C2, reason="WRONG_MERGE"),
        DuplicatesReviewed(rejected=(C2,)),
        LegalHoldPlaced(hold_id=C1, reason="AUDIT"),
        LegalHoldLifted(hold_id=C1, reason="AUDIT"),
        RightsRequestReceived(request_id=C1, right="ACCESS", identity=RequestWords(text="by letter")),
        RightsRequestDecided(request_id=C1, right="ACCESS", outcome="GRANTED"),
        RightsRequestAnswered(request_id=C1, right="ACCESS"),
        ErasureRequested(request_id=C1, basis="RETENTION"),
        ClientErased(request_id=C1, basis="RETENTION"),
    ]


LIFE = a_whole_life()


def test_every_fact_of_a_client_is_in_the_story() -> None:
    assert {type(event) for event in LIFE} == set(CLIENT.aggregate.events.values())


@settings(max_examples=300, deadline=None)
@forall(st.lists(st.sampled_from([*LIFE, *map(forgotten, LIFE)]), max_size=12))
def test_any_facts_in_any_order_fold(events: list[Event]) -> None:
    state = CLIENT.initial
    for event in events:
        list(CLIENT.rows(C1, state, event))
        state = CLIENT.evolve(state, event)
    assert isinstance(state, State)
    assert isinstance(state.statistics, bool)


def test_a_story_folds_before_and_after_the_keys_are_gone() -> None:
    for events in in_every_way_forgotten(LIFE):
        assert CLIENT.fold(events).status == "erased"


def test_nothing_personal_stands_in_an_open_field() -> None:
    told = {"Maria", "dela Cruz", "1991-06-14", "+639170000001", "KWT", "RETURNEE", "An employer", "25000", "a@example.org"}
    for event in LIFE:
        readable = event.model_dump_json(exclude=set(event.sealed_classes))
        assert not [text for text in told if text in readable], type(event).__name__


def test_intake_seals_identity_and_profile_only() -> None:
    sealed = {which for event in CLIENT.aggregate.events.values() for which in event.sealed_classes}
    assert sealed == {FieldClass.IDENTITY, FieldClass.PROFILE}
    assert not [e for e in ENCOUNTER.aggregate.events.values() if e.sealed_classes]


def test_a_profile_names_nobody() -> None:
    told = {"Maria", "dela Cruz", "1991-06-14", "+639170000001", "An employer", "a@example.org"}
    profiles = [plain["profile"] for event in LIFE if "profile" in (plain := plaintexts(event))]
    assert profiles
    assert not [text for profile in profiles for text in told if text in profile.model_dump_json()]


def test_a_fact_reads_back_as_it_was_written() -> None:
    for event in LIFE:
        for which in event.sealed_classes:
            if member := plaintexts(event).get(which.value):
                read = event.sealed_model(which).model_validate_json(member.model_dump_json(exclude_none=True))
                assert read == member
        again = type(event).model_validate_json(event.model_dump_json(exclude=set(event.sealed_classes), exclude_none=True)) if (
            not event.sealed_classes) else event  # fmt: skip
        assert again == event


def test_registering_needs_no_clock() -> None:
    assert CLIENT.decide(register(today=TODAY), CLIENT.initial) == CLIENT.decide(register(today=TODAY), CLIENT.initial)
