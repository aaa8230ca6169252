"""The fold of a training is total, and the read model counts seats and names nobody."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from services.casework.sessions.projection import sessions
from services.casework.training.decisions import TRAINING
from shared.codes import VoidReason
from shared.contracts.casework import training_session as facts
from shared.contracts.casework.training_session import TRAINING_SESSION
from shared.contracts.entry import EntryVoided
from shared.eventsourcing.event import Event
from shared.eventsourcing.projection import Op
from tests.unit.casework.cases import CLIENT
from tests.unit.casework.test_projections import apply, fact
from tests.unit.casework.trainings import cancelled, enrolled, held, recorded, scheduled
from tests.unit.kit import in_every_way_forgotten

STREAM = UUID(int=80)
VOIDED = EntryVoided(event_id=UUID(int=1), voided_type="training-outcome-recorded", reason=VoidReason.WRONG_PERSON)
UNENROLLED = facts.TrainingUnenrolled(client_id=CLIENT)
KNOWN: list[Any] = [scheduled(), enrolled(), UNENROLLED, held(), recorded(), cancelled(), VOIDED]


def test_every_fact_of_the_contract_is_folded() -> None:
    assert {type(event) for event in KNOWN} == set(TRAINING_SESSION.events.values())


@over(st.lists(st.sampled_from(KNOWN), max_size=6))
def test_the_fold_takes_any_facts_in_any_order_also_forgotten_ones(events: list[Event]) -> None:
    for way in in_every_way_forgotten(events):
        TRAINING.fold(way)


@pytest.mark.parametrize("event", KNOWN, ids=lambda event: event.event_type)
def test_a_fact_survives_the_wire(event: Event) -> None:
    assert type(event).model_validate_json(event.model_dump_json(exclude_none=True)) == event


def test_the_list_follows_what_moves_a_session() -> None:
    known = {TRAINING_SESSION.ce_type(name) for name in TRAINING_SESSION.events}
    # An outcome, and that it never was true, change nothing that the list shows.
    assert known - set(sessions.handlers) == {"gabay.casework.training-outcome-recorded.v1", "gabay.casework.entry-voided.v1"}


def test_seats_are_counted_without_a_name() -> None:
    told = scheduled().model_dump(mode="json")
    [schedule] = apply(sessions, fact("gabay.casework.training-session-scheduled.v1", STREAM, **told))
    assert schedule[1][:3] == (str(STREAM), "PH-ANT-01", "FINLIT")
    assert apply(sessions, fact("gabay.casework.training-enrolled.v1", STREAM, 2, client_id=str(CLIENT))) == [
        Op("seat", (str(STREAM), 2, 1))
    ]
    [given_up] = apply(sessions, fact("gabay.casework.training-unenrolled.v1", STREAM, 3, client_id=str(CLIENT)))
    assert given_up == Op("seat", (str(STREAM), 3, -1))
    assert apply(sessions, fact("gabay.casework.training-session-held.v1", STREAM, 4, attendees=9)) == [Op("hold", (str(STREAM), 9))]
    assert apply(sessions, fact("gabay.casework.training-session-cancelled.v1", STREAM, 5)) == [Op("cancel", (str(STREAM),))]
