"""A contact at the front desk, and groups on the way."""

from datetime import date
from typing import Any

from services.intake.encounter.decisions import ENCOUNTER, ObserveGroup, RecordEncounter
from shared.codes import AdultChild, EncounterChannel, Sex, Topic
from shared.contracts.intake.encounter import EncounterRecorded, GroupCount, TransitGroupObserved
from tests.unit.intake.people import C1, TODAY
from tests.unit.kit import given


def record(**changes: Any) -> RecordEncounter:
    members: dict[str, Any] = {
        "channel": EncounterChannel.WALK_IN, "topics": [Topic.REI, Topic.LIV], "minutes": 10, "immediate_need": False,
        "info_given": True,
    }  # fmt: skip
    return RecordEncounter(**{**members, **changes})


def count(n: int, sex: Sex = Sex.M, age: AdultChild = AdultChild.ADULT) -> GroupCount:
    return GroupCount(sex=sex, age=age, n=n)


def observe(*counts: GroupCount, **changes: Any) -> ObserveGroup:
    return ObserveGroup(today=TODAY, point="EL-PARAISO", date=TODAY, counts=counts, **changes) if "date" not in changes else (
        ObserveGroup(today=TODAY, point="EL-PARAISO", counts=counts, **changes)
    )  # fmt: skip


def test_nobody_needs_a_name_to_ask_something() -> None:
    fact = given(ENCOUNTER).when(record()).fact(EncounterRecorded)
    assert fact.client_id is None
    assert fact.topics == (Topic.REI, Topic.LIV)


def test_a_client_may_be_named() -> None:
    assert given(ENCOUNTER).when(record(client_id=C1)).fact(EncounterRecorded).client_id == C1


def test_a_topic_counts_once() -> None:
    assert given(ENCOUNTER).when(record(topics=[Topic.INF, Topic.INF])).fact(EncounterRecorded).topics == (Topic.INF,)


def test_an_encounter_is_recorded_once() -> None:
    given(ENCOUNTER).when(record()).after().when(record()).rejected("already-exists")


def test_a_group_is_counted_by_sex_and_age() -> None:
    group = observe(count(3), count(2, Sex.F), count(1, Sex.F, AdultChild.CHILD), children_u5=1)
    given(ENCOUNTER).when(group).then_types(TransitGroupObserved)


def test_no_part_of_a_group_is_larger_than_the_group() -> None:
    given(ENCOUNTER).when(observe(count(3), children_u5=1, pregnant=4)).refused_at("/children_u5", "/pregnant")
    given(ENCOUNTER).when(observe(count(0))).refused_at("/counts")


def test_each_sex_and_age_is_counted_once() -> None:
    given(ENCOUNTER).when(observe(count(3), count(2))).refused_at("/counts/1/age")


def test_a_group_is_not_seen_tomorrow() -> None:
    given(ENCOUNTER).when(observe(count(3), date=date(2026, 3, 3))).rejected("date-in-future", fields=["/date"])
