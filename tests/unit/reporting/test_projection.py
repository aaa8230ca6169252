"""Handlers: one event, one row; codes as the statistics chapter writes them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiokafka import TopicPartition

from services.reporting.facts import profile as profiled
from services.reporting.facts import zones
from services.reporting.facts.profile import attributes
from services.reporting.facts.projection import facts
from services.reporting.facts.watermark import read_until
from services.reporting.releases.axes import towns
from shared.codes.psgc import barangays, places
from shared.messaging.contracts import contracts
from shared.region import load_region
from tests.integration.reporting.world import World, profile, some_id

ANA = some_id("ana")


@pytest.fixture(autouse=True)
def _clocks() -> Iterator[None]:
    region = load_region(Path(__file__).parents[3] / "deploy/regions/route-example.toml")
    zones.follow(lambda: region.centres)
    yield
    zones.follow(tuple)


def test_every_type_that_is_handled_is_a_contract_on_a_topic_that_is_read() -> None:
    # One type of voided entry for each service, in the catalogue of events, whether or not that service voids anything yet.
    voided = {f"gabay.{service}.entry-voided.v1" for service in ("intake", "casework", "referrals")}
    for ce_type in facts.handlers.keys() - voided:
        assert set(contracts()[ce_type].topics) & set(facts.topics), ce_type


def test_a_profile_becomes_the_codes_of_the_dimensions() -> None:
    found = attributes(profile(sex="U", education="COLLEGE_LEVEL", isco="9111"))
    assert found == ("_U", 1991 * 12 + 5, "Y30T34", "0600600000", "PHL", "L3", "9", "RETURNEE", "0600613000")
    bare = attributes(profile(birth_month=None, age_band="U", adult_child="CHILD", psgc_mun=None, residence_country="HND", education=None))
    assert (bare.birth_month, bare.age_told, bare.area, bare.edu, bare.isco) == (None, "Y0T17", "_F", "L9", "_U")
    assert bare.town == "_F"


def test_each_town_lies_in_the_area_of_its_person() -> None:
    """Whatever place is told, the two public dimensions agree on it: one nests in the other."""
    provinces = ("0504100000", "1903800000")
    within = towns(provinces)
    for place in (*places(), *barangays(), "1903800000", "153800000", None):
        town, area = profiled.town(place, "PHL"), profiled.area(place, "PHL")
        assert within[town if town in within else "_O"] == (area if area in (*provinces, "_U", "_F") else "_O"), place
    assert profiled.town("0504101001", "PHL") == "0504101000"
    assert profiled.town("0504100000", "PHL") == "0504100000"


def test_a_day_is_that_of_the_centre() -> None:
    assert zones.day_at("PH-ANT-01", "2026-03-31T16:30:00.000Z").isoformat() == "2026-04-01"
    assert zones.day_at("HN-EP-01", "2026-04-01T05:30:00.000Z").isoformat() == "2026-03-31"
    with pytest.raises(KeyError):
        zones.day_at("PH-XXX-01", "2026-04-01T05:30:00.000Z")


def test_a_fact_whose_profile_no_longer_opens_is_not_counted() -> None:
    world = World()
    world.register(ANA)
    told = world.tell("intake.transit-arrival-recorded", ANA, {"episode_id": ANA, "point": "P"}, sealed={"date": "2026-01-05"})
    handler = facts.handlers[told.type]
    assert handler(told.fact())[0] == "fact"  # type: ignore[index]
    # That there was something about a client is known of everybody registered: indicator 04 alone counts it.
    assert handler(told.fact(opens=False))[0] == "heard"  # type: ignore[index]


def test_of_consents_only_those_to_statistics_matter() -> None:
    world = World()
    given = world.tell("intake.consent-given", ANA, {"consent_id": ANA, "purpose": "CASE_MANAGEMENT"})
    ended = world.tell("intake.consent-withdrawn", ANA, {"consent_id": ANA, "purpose": "PHOTO"})
    assert facts.handlers[given.type](given.fact()) is None
    assert facts.handlers[ended.type](ended.fact()) is None


def test_the_watermark_is_the_latest_look_whose_end_was_reached() -> None:
    place = TopicPartition("intake.client.v1", 0)
    looks = deque((datetime(2026, 1, 1, hour, tzinfo=UTC), {place: end}) for hour, end in ((1, 0), (2, 10), (3, 20)))
    assert read_until(place, 20, looks).hour == 3
    assert read_until(place, 15, looks).hour == 2
    assert read_until(place, None, looks).hour == 1
    assert read_until(place, 5, deque([looks[1]])).year == 1
