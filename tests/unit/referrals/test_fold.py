"""The folds of referrals and directory entries are total; every fact survives the wire."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from services.referrals.directory.decisions import ENTRY
from shared.contracts.referrals import service_entry as entries
from shared.contracts.referrals.referral import REFERRAL, SentPacket
from shared.eventsourcing.event import Event
from shared.privacy.classes import PACKET
from tests.unit.kit import forgotten, in_every_way_forgotten
from tests.unit.referrals.referrals import EXPIRED, REFERRALS, VOIDED, WAY_TO, sent
from tests.unit.referrals.test_directory import LISTED, RETIRED, VERIFIED

KNOWN: list[Any] = [*(event for way in WAY_TO.values() for event in way), VOIDED, EXPIRED]


def test_every_fact_of_the_contract_is_folded() -> None:
    assert {type(event) for event in KNOWN} == set(REFERRAL.events.values())


@over(st.lists(st.sampled_from(KNOWN), max_size=8))
def test_the_fold_takes_any_facts_in_any_order_also_forgotten_ones(events: list[Event]) -> None:
    for way in in_every_way_forgotten(events):
        REFERRALS.fold(way)


@over(st.lists(st.sampled_from([LISTED, VERIFIED, RETIRED]), max_size=6))
def test_the_fold_of_an_entry_takes_any_facts(events: list[Event]) -> None:
    ENTRY.fold(events)


@pytest.mark.parametrize("event", [*KNOWN, LISTED, VERIFIED, RETIRED], ids=lambda event: event.event_type)
def test_a_fact_survives_the_wire(event: Event) -> None:
    assert type(event).model_validate_json(event.model_dump_json(exclude_none=True)) == event


@pytest.mark.parametrize("event", REFERRAL.events.values(), ids=lambda event: event.event_type)
def test_a_packet_is_sealed_under_a_key_of_its_own(event: type[Event]) -> None:
    if PACKET in event.sealed_classes:
        assert event.sealed_under == {PACKET: "stream_id"}


def test_a_referral_whose_packet_is_gone_still_folds() -> None:
    state = REFERRALS.fold([forgotten(sent(confidential=True, packet=_nameless()))])
    assert state.to_org is None
    assert REFERRALS.fold([forgotten(sent())]).to_org == "OWWA"


def _nameless() -> Any:
    packet = sent().packet
    assert isinstance(packet, SentPacket)
    from tests.unit.referrals.referrals import packet as a_packet

    return a_packet(name=None, case_code="A-17")


def test_ninety_days_of_freshness() -> None:
    assert date(2026, 1, 1) + entries.FRESH == date(2026, 4, 1)
