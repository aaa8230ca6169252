"""Windows that hold each record once, whatever Faust brings again; and what is counted at all."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.live.opening import open_hours
from services.reporting.live.sources import METRICS, TYPES, WATCHED, Seen, seen
from services.reporting.live.windows import HOUR, SIZE, STEP, Pruned, add, ends_since, name, parse, sums
from shared.messaging.access import LIVE_TOPICS
from shared.messaging.contracts import contracts
from shared.region import load_region
from shared.settings import ROOT

T = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
CTX = {"ctx": {"centre": "PH-ANT-01"}}
TWELVE = CTX | {"point": "A/B", "counts": [{"n": 3}, {"n": 9}]}
KEY = ("0/registrations/PH-ANT-01", (0.0, 1.0))


def test_every_type_that_is_counted_is_a_contract_on_a_topic_that_is_read_and_each_metric_has_one_topic() -> None:
    topics: dict[str, set[str]] = {}
    for ce_type, metric in TYPES.items():
        topics.setdefault(metric, set()).update(contracts()[ce_type].topics)
    assert topics.keys() == set(METRICS)
    assert set.union(*topics.values()) <= set(LIVE_TOPICS)
    assert all(len(each) == 1 for each in topics.values())
    assert set(WATCHED) < set(METRICS)


@pytest.mark.parametrize(
    ("ce_type", "data", "found"),
    [
        ("gabay.intake.client-registered.v1", CTX, Seen("registrations", "PH-ANT-01", "", 1)),
        ("gabay.intake.transit-arrival-recorded.v1", CTX | {"point": "Trojes"}, Seen("arrivals", "PH-ANT-01", "Trojes", 1)),
        ("gabay.intake.transit-group-observed.v1", TWELVE, Seen("observed", "PH-ANT-01", "A/B", 12)),
        ("gabay.intake.transit-group-observed.v1", CTX | {"point": "A", "counts": [{"n": 0}]}, None),
        ("gabay.intake.vulnerability-screened.v1", CTX | {"urgent": True}, Seen("urgent", "PH-ANT-01", "", 1)),
        ("gabay.intake.vulnerability-screened.v1", CTX | {"urgent": False}, None),
        ("gabay.intake.client-erased.v1", CTX, None),
    ],
)  # fmt: skip
def test_open_fields_alone_are_counted(ce_type: str, data: dict[str, object], found: Seen | None) -> None:
    assert seen(ce_type, data) == found


def test_a_key_names_kind_centre_and_point_and_nobody() -> None:
    held = Seen("observed", "PH-ANT-01", "A/B", 12)
    assert name(held, 3, point=True) == "3/observed/PH-ANT-01/A/B"
    assert parse(name(held, 3, point=True)) == (3, held._replace(n=0))
    assert parse(name(held, 3, point=False)) == (3, Seen("observed", "PH-ANT-01", "", 0))


@given(st.lists(st.integers(1, 9), min_size=1, max_size=30), st.lists(st.integers(0, 29), max_size=6))
def test_whoever_dies_and_reads_again_counts_each_record_once(records: list[int], deaths: list[int]) -> None:
    table: dict[object, list[int]] = {}
    offset = 0
    for death in [*deaths, len(records)]:
        for at in range(min(offset, death), min(death + 1, len(records))):
            add(table, KEY, records[at], at)  # type: ignore[arg-type]
        offset = max(0, death - 5)  # what was committed lies behind what the changelog holds
    for at, n in enumerate(records):
        add(table, KEY, n, at)  # type: ignore[arg-type]
    assert table[KEY] == [sum(records), len(records) - 1]


def test_windows_that_are_long_over_go_with_their_partition() -> None:
    now = T.timestamp()
    table = {
        ("0/arrivals/C/P", (0.0, now - 11)): [1, 1], ("0/arrivals/C/P", (1.0, now - 9)): [1, 1],
        ("1/arrivals/C/P", (0.0, now - 11)): [1, 1],
    }  # fmt: skip
    pruned = Pruned(10)
    assert pruned.prune(table, 0, now) == 1
    assert len(table) == 2
    assert pruned.prune(table, 0, now) == 0
    assert pruned.prune(table, 1, now + HOUR) == 1


def test_ends_are_those_after_the_last_that_was_judged() -> None:
    assert list(ends_since(T, T + timedelta(hours=13))) == [T + timedelta(hours=6), T + timedelta(hours=12)]
    assert list(ends_since(T, T + timedelta(hours=5))) == []
    assert list(ends_since(T - timedelta(hours=1), T)) == [T]


def test_a_sum_is_over_all_partitions_and_one_window() -> None:
    start = T.timestamp()
    table = {
        ("0/arrivals/C", (start, start + SIZE - 0.1)): [2, 9], ("4/arrivals/C", (start, start + SIZE - 0.1)): [3, 9],
        ("4/arrivals/C", (start + STEP, start + STEP + SIZE - 0.1)): [7, 9],
    }  # fmt: skip
    assert sums(table, T) == {("arrivals", "C"): 5}


def test_a_centre_counts_its_opening_hours_by_its_own_clock() -> None:
    centres = {each.code: each for each in load_region(ROOT / "deploy/regions/route-example.toml").centres}
    antique, danli = centres["PH-ANT-01"], centres["HN-EP-01"]
    friday = datetime(2026, 3, 6, 8, 0, tzinfo=UTC)  # 16:00 in Manila
    monday = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)  # 09:00
    assert open_hours(antique, friday, monday) == 2.0
    assert open_hours(danli, T, T + timedelta(days=2)) == 32.0
    # 9 April is a holiday: the day of valour.
    assert open_hours(antique, datetime(2026, 4, 8, 16, tzinfo=UTC), datetime(2026, 4, 9, 16, tzinfo=UTC)) == 0.0
