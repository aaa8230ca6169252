"""The change feed's order: by time across partitions, by place within each, so that a cursor passes over nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.http.changes import in_order

START = datetime(2026, 3, 2, tzinfo=UTC)


def rows(lines: list[list[int]]) -> list[dict[str, Any]]:
    """One line of seconds a partition, in the order of their places."""
    return [
        {"topic": "t", "partition": n, "position": place, "recorded_at": START + timedelta(seconds=second)}
        for n, line in enumerate(lines)
        for place, second in enumerate(line)
    ]


@given(st.lists(st.lists(st.integers(0, 9), max_size=8), max_size=4), st.integers(1, 5))
def test_page_by_page_every_change_is_shown_once_and_in_its_partitions_order(lines: list[list[int]], limit: int) -> None:
    everything, reached, seen = rows(lines), dict.fromkeys(range(len(lines)), -1), list[tuple[int, int]]()
    while True:
        ahead = [row for row in everything if row["position"] > reached[row["partition"]]]
        per_partition = [row for row in ahead if row["position"] <= reached[row["partition"]] + limit + 1]
        page = in_order(per_partition)[:limit]
        for row in page:
            assert row["position"] == reached[row["partition"]] + 1
            reached[row["partition"]] = row["position"]
            seen.append((row["partition"], row["position"]))
        if len(page) < limit:
            break
    assert sorted(seen) == sorted((row["partition"], row["position"]) for row in everything)


def test_the_oldest_comes_first() -> None:
    assert [row["partition"] for row in in_order(rows([[5], [1], [3]]))] == [1, 2, 0]
