"""The fold of a case is total, and what the profile holds is also in the narrative."""

from typing import Any

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from shared.codes import ProtectionMatter
from shared.contracts.casework import case as facts
from shared.contracts.casework import ending
from shared.contracts.casework.assistance import ReintegrationMeasured, ReintegrationNarrative
from shared.contracts.casework.case import CASE
from shared.contracts.entry import EntryVoided
from shared.eventsourcing.event import Event
from shared.privacy.classes import NARRATIVE, PROFILE, PROTECTED
from tests.unit.casework import cases, helping
from tests.unit.casework.cases import CASES, WAY_TO
from tests.unit.kit import in_every_way_forgotten

KNOWN: list[Any] = [event for way in WAY_TO.values() for event in way] + [
    cases.returned(),
    facts.CaseReviewRequired(cause="DUPLICATE_CLIENT", due=cases.TODAY, source_event=cases.NEED),
    ending.CaseReopened(prior_closure=cases.CLOSURE, narrative=ending.ReopeningNote(reason="again")),
    facts.CaseNoteRecorded(note_id=cases.NEED, kind="CONTACT", narrative=facts.CaseNote(text="called")),
    facts.FollowUpRecorded(follow_up_id=cases.NEED, type="SAFETY", due=cases.TODAY, done=cases.TODAY, contact="REACHED"),
    CASES.decide(cases.delivering(), CASES.fold([cases.opened()]))[0],
    cases.assigned(),
    ending.CaseTransferRequested(transfer_id=cases.NEED, to_centre="PH-MAS-01", narrative=ending.TransferNote(reason="moves")),
    ending.CaseTransferAnswered(transfer_id=cases.NEED, to_centre="PH-MAS-01", answer="ACCEPTED"),
    *helping.after(
        [cases.opened(minor=True)],
        helping.asking(),
        helping.going(),
        helping.searching(),
        helping.protecting(ProtectionMatter.CHILD_SEPARATION),
    ).events,
    ReintegrationMeasured(
        return_id=helping.RETURN,
        tool_version="1",
        months_since_return=1,
        narrative=ReintegrationNarrative(economic="0", social="1", psychosocial="0.5", composite="0.5"),
    ),
    EntryVoided(event_id=cases.NEED, voided_type="case-note-recorded", reason="WRONG_PERSON"),
]


def test_every_fact_of_the_contract_is_folded() -> None:
    assert {type(event) for event in KNOWN} == set(CASE.events.values())


@over(st.lists(st.sampled_from(KNOWN), max_size=8))
def test_the_fold_takes_any_facts_in_any_order_also_forgotten_ones(events: list[Event]) -> None:
    for way in in_every_way_forgotten(events):
        CASES.fold(way)


@pytest.mark.parametrize("event", [e for e in CASE.events.values() if PROFILE in e.sealed_classes])
def test_the_profile_is_never_the_only_copy(event: type[Event]) -> None:
    working = NARRATIVE if NARRATIVE in event.sealed_classes else PROTECTED
    assert issubclass(event.sealed_model(working), event.sealed_model(PROFILE))


@pytest.mark.parametrize("event", KNOWN, ids=lambda event: event.event_type)
def test_a_fact_survives_the_wire(event: Event) -> None:
    whole = event.model_dump_json(exclude_none=True)
    assert type(event).model_validate_json(whole) == event
