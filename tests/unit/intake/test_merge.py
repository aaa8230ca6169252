"""Two records of one person (events chapter, section 6): what is refused, what rests, and that taking it back restores it."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from services.intake.client.commands import MergeIn, RecordDeparture, Reinstate, Retire, ReviewDuplicates, Unmerge
from services.intake.client.decisions import CLIENT
from services.intake.client.state import State
from shared.codes import MergeEvidence, Purpose, UnmergeReason
from shared.contracts.intake.client import ClientErased
from shared.contracts.intake.episode import DepartureRecorded
from shared.contracts.intake.merge import (
    ClientRecordsMerged,
    ClientRecordsUnmerged,
    ClientReinstated,
    ClientRetired,
    DuplicatesReviewed,
    Narrowed,
)
from shared.eventsourcing.event import Event
from tests.unit.intake.people import (
    C1,
    CONSENTED,
    N1,
    N2,
    N3,
    N4,
    TODAY,
    a_departure,
    an_answer,
    counted,
    give,
    registered,
    statistics,
    withdraw,
)
from tests.unit.kit import given

C2 = UUID("0199a1f4-5c1e-7b7a-9d36-2f6f0c9b8e12")
C3 = UUID("0199a1f4-5c1e-7b7a-9d36-2f6f0c9b8e13")
WHY = {"evidence": MergeEvidence.SAME_DOCUMENT, "score": "0.90"}
CASE = (Purpose.CASE_MANAGEMENT, None)


def merge_in(**changes: Any) -> MergeIn:
    return MergeIn(**{"today": TODAY, "survivor_id": C1, "retired_id": C2, **WHY, "other_permits": frozenset({CASE}), **changes})


def retire(**changes: Any) -> Retire:
    return Retire(**{"today": TODAY, "survivor_id": C1, "retired_id": C2, **WHY, "other_permits": frozenset({CASE}), **changes})


UNMERGE = Unmerge(survivor_id=C1, retired_id=C2, reason=UnmergeReason.WRONG_MERGE)
REINSTATE = Reinstate(survivor_id=C1, retired_id=C2, reason=UnmergeReason.WRONG_MERGE)
MERGED = ClientRecordsMerged(survivor_id=C1, retired_id=C2, **WHY)
RETIRED = ClientRetired(survivor_id=C1, retired_id=C2, **WHY)
ERASED = ClientErased(request_id=C1, basis="RETENTION")


def state_of(*events: Event) -> State:
    state: State = given(CLIENT, *events).state
    return state


def test_both_halves_say_who_goes_on() -> None:
    given(CLIENT, *registered()).when(merge_in()).then(MERGED)
    given(CLIENT, *registered()).when(retire()).then(RETIRED)


def test_only_records_that_stand_can_be_merged() -> None:
    given(CLIENT, *registered(), RETIRED).when(merge_in()).rejected("client-retired", survivor=str(C1))
    given(CLIENT, *registered(), RETIRED).when(retire()).rejected("client-retired")
    given(CLIENT, *registered(), ERASED).when(merge_in()).rejected("client-erased")


def test_a_retired_record_refuses_every_other_command() -> None:
    gone = given(CLIENT, *registered(), RETIRED)
    gone.when(give(an_answer(N3, Purpose.TRACING))).rejected("client-retired")
    gone.when(withdraw(N1)).rejected("client-retired")
    gone.when(ReviewDuplicates(client_id=C2, rejected=())).rejected("client-retired")
    gone.when(REINSTATE).then(ClientReinstated(survivor_id=C1, retired_id=C2, reason=UnmergeReason.WRONG_MERGE))


def test_what_the_other_record_does_not_permit_rests() -> None:
    merged = given(CLIENT, *counted()).when(merge_in()).after()
    assert merged.events[-1] == MERGED.model_copy(update={"narrowed": (Narrowed(purpose=Purpose.STATISTICS),)})
    assert not merged.state.statistics
    assert {c.purpose for c in merged.state.consents_in_force()} == {Purpose.CASE_MANAGEMENT}


def test_without_case_management_on_both_sides_nothing_is_recorded_until_asked_again() -> None:
    merged = given(CLIENT, *registered()).when(merge_in(other_permits=frozenset())).after()
    record = RecordDeparture(today=TODAY, ground=CONSENTED, form=a_departure())
    merged.when(record).rejected("consent-missing", purpose="CASE_MANAGEMENT")
    asked = merged.when(give(an_answer(N4))).after()
    asked.when(replace(record, ground=replace(CONSENTED, consent_id=N4))).then_types(DepartureRecorded)


def test_asked_again_the_client_counts_from_then_on() -> None:
    merged = given(CLIENT, *counted()).when(merge_in()).after()
    again = merged.when(give(statistics(N3))).after()
    assert again.state.statistics
    assert again.events[-1].event_type == "client-profile-amended"
    assert again.state.consents[N3].replaces == N2


def test_taken_back_everything_is_as_before() -> None:
    before = state_of(*counted())
    after = given(CLIENT, *counted()).when(merge_in()).after().when(UNMERGE).then_types(ClientRecordsUnmerged)
    assert after.state == before
    assert state_of(*counted(), RETIRED, ClientReinstated(survivor_id=C1, retired_id=C2, reason="WRONG_MERGE")) == before


def test_what_two_records_do_not_permit_rests_until_both_are_taken_back() -> None:
    twice = given(CLIENT, *counted()).when(merge_in()).after().when(merge_in(retired_id=C3)).after()
    once = twice.when(UNMERGE).after()
    assert not once.state.statistics
    assert once.when(replace(UNMERGE, retired_id=C3)).after().state.statistics


def test_only_what_was_merged_falls_apart_and_a_link_of_a_chain_may() -> None:
    given(CLIENT, *registered()).when(UNMERGE).rejected("invalid-state")
    given(CLIENT, *registered()).when(REINSTATE).rejected("invalid-state")
    given(CLIENT, *registered(), RETIRED).when(replace(REINSTATE, survivor_id=C3)).rejected("invalid-state")
    chain = [*registered(), MERGED, ClientRetired(survivor_id=C3, retired_id=C1, **WHY)]
    given(CLIENT, *chain).when(UNMERGE).then_types(ClientRecordsUnmerged)


def test_who_was_taken_for_somebody_else_is_not_asked_about_again() -> None:
    client = given(CLIENT, *registered(duplicates_seen=(C2,), search_hits=2))
    client.when(ReviewDuplicates(client_id=C1, rejected=(C2, C3, C3))).then(DuplicatesReviewed(rejected=(C3,)))
    looked = client.when(ReviewDuplicates(client_id=C1, rejected=())).then(DuplicatesReviewed(rejected=()))
    looked.when(ReviewDuplicates(client_id=C1, rejected=(C2,))).nothing()
    client.when(ReviewDuplicates(client_id=C1, rejected=(C3, C1))).refused_at("/rejected/1")
