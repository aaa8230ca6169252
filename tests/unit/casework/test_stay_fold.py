"""The fold of a stay is total, what the profile holds is also in the narrative, and the read model keeps no name."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from services.casework.shelter.projection import shelter
from shared.codes import VoidReason
from shared.contracts.casework.stay import STAY
from shared.contracts.entry import EntryVoided
from shared.eventsourcing.event import Event
from shared.eventsourcing.projection import Op
from shared.privacy.classes import NARRATIVE, PROFILE
from tests.unit.casework import stays
from tests.unit.casework.stays import STAYS
from tests.unit.casework.test_projections import apply, fact
from tests.unit.kit import in_every_way_forgotten

CHANGES: list[Any] = [STAYS.decide(command, STAYS.fold([stays.started()]))[0] for command in (stays.extending(), stays.moving())]
VOIDED = EntryVoided(event_id=UUID(int=1), voided_type="shelter-stay-ended", reason=VoidReason.WRONG_PERSON)
KNOWN: list[Any] = [stays.started(), stays.started(unit=stays.SAFE), *CHANGES, stays.ended(), VOIDED]
STREAM = UUID(int=70)


def test_every_fact_of_the_contract_is_folded() -> None:
    assert {type(event) for event in KNOWN} == set(STAY.events.values())


@over(st.lists(st.sampled_from(KNOWN), max_size=6))
def test_the_fold_takes_any_facts_in_any_order_also_forgotten_ones(events: list[Event]) -> None:
    for way in in_every_way_forgotten(events):
        STAYS.fold(way)


@pytest.mark.parametrize("event", [e for e in STAY.events.values() if {PROFILE, NARRATIVE} <= set(e.sealed_classes)])
def test_the_profile_is_never_the_only_copy(event: type[Event]) -> None:
    assert issubclass(event.sealed_model(NARRATIVE), event.sealed_model(PROFILE))


@pytest.mark.parametrize("event", KNOWN, ids=lambda event: event.event_type)
def test_a_fact_survives_the_wire(event: Event) -> None:
    assert type(event).model_validate_json(event.model_dump_json(exclude_none=True)) == event


def test_the_shelter_follows_every_fact_of_a_stay() -> None:
    assert set(shelter.handlers) == {STAY.ce_type(name) for name in STAY.events}
    assert not shelter.opens


EVENT = str(UUID(int=9))


def test_an_arrival_is_a_stay_and_where_it_is() -> None:
    data = {"unit": "U-W", "unit_kind": "CENTRE", "arrived": "2026-05-02T05:00:00Z", "expected_exit": "2026-05-08"}
    ops = apply(shelter, fact("gabay.casework.shelter-stay-started.v1", STREAM, **data))
    assert [op[0] for op in ops] == ["start", "lodge", "expect"]
    assert ops[1] == Op("lodge", (str(STREAM), 1, EVENT, "U-W", data["arrived"]))
    hidden = apply(shelter, fact("gabay.casework.shelter-stay-started.v1", STREAM, **{**data, "unit": None, "unit_kind": "SAFE"}))
    assert hidden[1] == Op("lodge", (str(STREAM), 1, EVENT, None, data["arrived"]))


def test_a_change_says_what_changed() -> None:
    changed = "gabay.casework.shelter-stay-changed.v1"
    [expect] = apply(shelter, fact(changed, STREAM, 2, reason="EXTENDED", expected_exit="2026-05-20"))
    assert expect == Op("expect", (str(STREAM), 2, EVENT, "2026-05-20"))
    [lodge] = apply(shelter, fact(changed, STREAM, 3, reason="MOVED", unit="U-H"))
    assert lodge[1][:4] == (str(STREAM), 3, EVENT, "U-H")
    [leave] = apply(shelter, fact("gabay.casework.shelter-stay-ended.v1", STREAM, 4, left="2026-05-21T05:00:00Z", nights=20))
    assert leave == Op("leave", (str(STREAM), EVENT, "2026-05-21T05:00:00Z", 20))
    [void] = apply(shelter, fact("gabay.casework.entry-voided.v1", STREAM, 5, event_id=EVENT))
    assert void == Op("void", (EVENT,))
