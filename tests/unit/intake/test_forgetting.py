"""Holds and erasure: who may be forgotten, by whom, and what a hold keeps."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.intake.client.commands import EraseClient, EraseMerged, LiftHold, PlaceHold, RequestErasure
from services.intake.client.decisions import CLIENT
from services.intake.reactions import keys_of_merged, keys_to_destroy
from services.intake.search.terms import of_person
from shared.codes import ErasureBasis, HoldReason, Purpose
from shared.contracts.intake.client import ClientErased, ErasureRequested, LegalHoldLifted, LegalHoldPlaced
from shared.contracts.intake.consent import ConsentGiven
from shared.contracts.intake.merge import ClientRetired
from shared.eventsourcing.decider import Row
from tests.unit.intake.people import (
    C1,
    KEY,
    N1,
    N2,
    N3,
    OTHER_KEY,
    TODAY,
    a_departure,
    a_person,
    a_return,
    a_screening,
    an_answer,
    an_arrival,
    an_intention,
    counted,
    give,
    registered,
    statistics,
    withdraw,
)
from tests.unit.intake.test_amendment import amend
from tests.unit.intake.test_episodes import economics
from tests.unit.intake.test_merge import merge_in, retire
from tests.unit.kit import forgotten, given

HOLD, OTHER, REQUEST = (UUID(f"0199a1f4-9000-7000-8000-0000000000c{n}") for n in range(1, 4))
ASKED = ErasureRequested(request_id=REQUEST, basis=ErasureBasis.SUBJECT_REQUEST)
HELD = LegalHoldPlaced(hold_id=HOLD, reason=HoldReason.COURT_ORDER)
LIFTED = LegalHoldLifted(hold_id=HOLD, reason=HoldReason.COURT_ORDER)
ERASED_FACT = ClientErased(request_id=REQUEST, basis=ErasureBasis.SUBJECT_REQUEST)


def place(**changes: Any) -> PlaceHold:
    return PlaceHold(**{"today": TODAY, "hold_id": HOLD, "reason": HoldReason.COURT_ORDER, **changes})


def ask(**changes: Any) -> RequestErasure:
    return RequestErasure(**{"request_id": REQUEST, "basis": ErasureBasis.SUBJECT_REQUEST, **changes})


def erase(**changes: Any) -> EraseClient:
    return EraseClient(**{"today": TODAY, "request_id": REQUEST, "actor": "stf-dpo", "requester": "stf-s1", **changes})


def test_a_second_person_erases_what_was_asked_for() -> None:
    given(CLIENT, *registered()).when(ask()).then(ASKED).when(erase()).then(ERASED_FACT)


def test_whoever_asked_does_not_carry_it_out() -> None:
    given(CLIENT, *registered(), ASKED).when(erase(actor="stf-s1")).rejected("same-person-signoff")


def test_what_retention_proposed_is_not_erased_once_the_person_came_back() -> None:
    proposed = ErasureRequested(request_id=REQUEST, basis=ErasureBasis.RETENTION)
    given(CLIENT, *registered(), proposed).when(erase(kept=True)).rejected("invalid-state")
    assert given(CLIENT, *registered(), proposed).when(erase()).fact(ClientErased).basis is ErasureBasis.RETENTION
    assert given(CLIENT, *registered(), ASKED).when(erase(kept=True)).fact(ClientErased).basis is ErasureBasis.SUBJECT_REQUEST


def test_nothing_is_erased_that_nobody_asked_for() -> None:
    given(CLIENT, *registered()).when(erase(requester=None)).rejected("invalid-state", allowed=["RequestErasure"])


def test_a_hold_forbids_to_forget_until_it_is_lifted() -> None:
    held = given(CLIENT, *registered(), ASKED).when(place()).then(HELD)
    held.when(erase()).rejected("legal-hold")
    held.when(LiftHold(hold_id=HOLD)).then(LIFTED).when(erase()).then(ERASED_FACT)


def test_a_hold_ends_by_itself_after_its_last_day() -> None:
    story = given(CLIENT, *registered(), ASKED).when(place(until=TODAY)).after()
    story.when(erase()).rejected("legal-hold")
    story.when(erase(today=TODAY + timedelta(days=1))).then(ERASED_FACT)


def test_one_hold_lifted_leaves_the_other() -> None:
    story = given(CLIENT, *registered(), ASKED, HELD).when(place(hold_id=OTHER)).after()
    story.when(LiftHold(hold_id=HOLD)).after().when(erase()).rejected("legal-hold")


def test_a_hold_is_placed_and_lifted_once() -> None:
    given(CLIENT, *registered(), HELD).when(place()).nothing()
    given(CLIENT, *registered(), HELD).when(place(reason=HoldReason.AUDIT)).rejected("already-exists")
    given(CLIENT, *registered(), HELD, LIFTED).when(LiftHold(hold_id=HOLD)).nothing()
    given(CLIENT, *registered(), HELD, LIFTED).when(place()).rejected("already-exists")
    given(CLIENT, *registered()).when(LiftHold(hold_id=HOLD)).rejected("not-found")


def test_a_hold_that_is_over_is_refused() -> None:
    given(CLIENT, *registered()).when(place(until=TODAY - timedelta(days=1))).refused_at("/until")


def test_asking_is_allowed_under_a_hold_and_done_once() -> None:
    given(CLIENT, *registered(), HELD).when(ask()).then(ASKED).when(ask()).nothing()
    given(CLIENT, *registered(), ASKED).when(ask(basis=ErasureBasis.UNLAWFUL)).rejected("already-exists")


def test_a_running_service_is_named_first_and_then_forced() -> None:
    story = given(CLIENT, *registered(), ASKED)
    story.when(erase(in_progress=("case", "stay"))).rejected("service-in-progress", kinds=["case", "stay"])
    story.when(erase(in_progress=("case", "stay"), force=True)).then(ERASED_FACT)


@pytest.mark.parametrize(
    "command",
    [
        amend(person={"email": "a@example.org"}), give(an_answer(N3, Purpose.PHOTO)), withdraw(N1), economics(), place(),
        LiftHold(hold_id=HOLD), ask(), erase(),
    ],
    ids=lambda command: type(command).__name__,
)  # fmt: skip
def test_nothing_more_is_recorded_of_somebody_forgotten(command: Any) -> None:
    facts = [*registered(intention=an_intention()), HELD, ASKED, ERASED_FACT]
    given(CLIENT, *map(forgotten, facts)).when(command).rejected("client-erased")


def test_no_search_row_is_left() -> None:
    rows = given(CLIENT, *registered(), ASKED).when(erase()).rows(C1)
    assert rows == [Row("unblind", row.name, row.key) for row in of_person(a_person())]


def test_the_whole_story_folds_after_its_keys_are_gone() -> None:
    whole = counted(
        intention=an_intention(), departure=a_departure(), returned=a_return(), transit_arrival=an_arrival(), screening=a_screening()
    )
    assert CLIENT.fold(map(forgotten, [*whole, HELD, LIFTED, ASKED, ERASED_FACT])).status == "erased"


def test_under_a_hold_an_ended_consent_keeps_its_key() -> None:
    ended = given(CLIENT, *counted(), HELD).when(withdraw(N2)).after()
    assert keys_to_destroy(ended.state, TODAY) == []
    assert keys_to_destroy(ended.when(LiftHold(hold_id=HOLD)).after().state, TODAY) == [KEY]


def test_the_withdrawal_on_the_record_that_goes_on_stands_for_the_merged_one() -> None:
    merged = given(CLIENT, *counted()).state
    counts, ended = given(CLIENT, *counted()), given(CLIENT, *counted()).when(withdraw(N2)).after()
    assert keys_of_merged(counts.state, merged, TODAY) == []
    assert keys_of_merged(ended.state, merged, TODAY) == [KEY]
    held = given(CLIENT, *counted(), HELD)
    assert keys_of_merged(ended.state, held.state, TODAY) == keys_of_merged(held.when(withdraw(N2)).after().state, merged, TODAY) == []


def test_a_new_consent_under_a_hold_goes_on_with_the_key_that_was_kept() -> None:
    ended = given(CLIENT, *counted(), HELD).when(withdraw(N2)).after()
    assert ended.when(give(statistics(N3))).fact(ConsentGiven).profile_key == KEY
    assert ended.when(give(statistics(N3), key_there=None)).fact(ConsentGiven).profile_key == OTHER_KEY  # gone all the same


def test_a_consent_that_ended_before_the_hold_has_no_key_to_go_on_with() -> None:
    ended = given(CLIENT, *counted()).when(withdraw(N2)).after()
    assert keys_to_destroy(ended.state, TODAY) == [KEY]
    held = ended.when(place()).after()
    assert held.when(give(statistics(N3))).fact(ConsentGiven).profile_key != KEY
    lifted = given(CLIENT, *counted(), HELD).when(withdraw(N2)).after().when(LiftHold(hold_id=HOLD)).after()
    again = lifted.when(place(hold_id=OTHER)).after()
    assert again.when(give(statistics(N3))).fact(ConsentGiven).profile_key != KEY


def test_without_a_hold_a_new_consent_draws_a_new_key() -> None:
    ended = given(CLIENT, *counted()).when(withdraw(N2)).after()
    assert ended.when(give(statistics(N3))).fact(ConsentGiven).profile_key != KEY


def test_a_hold_in_force_is_judged_by_the_day() -> None:
    state = given(CLIENT, *registered()).when(place(until=date(2026, 3, 5))).after().state
    assert [state.protection.held(date(2026, 3, day)) for day in (2, 5, 6)] == [True, True, False]


def test_a_merged_record_is_erased_with_the_one_that_stands_for_it() -> None:
    half = EraseMerged(today=TODAY, survivors=frozenset({C1}), request_id=REQUEST, basis=ErasureBasis.SUBJECT_REQUEST)
    retired = given(CLIENT, *registered(), ClientRetired(survivor_id=C1, retired_id=OTHER, evidence="SAME_DOCUMENT", score="0.90"))
    retired.when(half).then(ERASED_FACT)
    given(CLIENT, *retired.events, HELD).when(half).rejected("legal-hold")
    given(CLIENT, *registered()).when(half).rejected("invalid-state")
    retired.when(ask()).then(ASKED).when(erase()).then(ERASED_FACT)


def test_what_is_held_is_not_merged() -> None:
    given(CLIENT, *registered(), HELD).when(merge_in()).rejected("legal-hold")
    given(CLIENT, *registered(), HELD).when(retire()).rejected("legal-hold")
