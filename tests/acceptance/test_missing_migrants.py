"""Table in, table out: the dead and missing of a published quarter, reported as incidents one by one (section 15).

The table tells how many died or are missing together; here every second incident tells of missing people, so that both series
are asked, and their sums are compared. A month and a cause or a route make a cell.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.test_published_tables import _items
from tests.harness.people import CENTRE, new_id
from tests.harness.region import Region

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

TABLE = Path(__file__).parents[1] / "data" / "missing_migrants_2014_q1.csv"


def published() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def incidents(row: dict[str, str]) -> list[int]:
    """How many people each incident of a row is about: one, and the first all the rest."""
    many = int(row["incidents"])
    return [int(row["dead_or_missing"]) - many + 1, *[1] * (many - 1)]


def report(row: dict[str, str], n: int, series: str) -> dict[str, Any]:
    heads = {"dead": 0, "missing": 0} | {series: n}
    return {"key": new_id(), "body": {
        "local_id": new_id(), "centre": CENTRE, "occurred_at": f"{row['month']}-15T15:00:00Z", "purpose": "CASE_MANAGEMENT",
        "basis": "VITAL_INTEREST", "reported_on": f"{row['month']}-28", "by": "THIRD_PARTY", "place_level": "COUNTRY", "type": "DEATH",
        "event_date": row["month"], "country": "XXX", "route": row["route"], "cause": row["cause"], **heads,
    }}  # fmt: skip


async def counted(region: Region, column: str) -> Counter[tuple[str, str]]:
    """Dead and missing of the year by month and another code."""
    found: Counter[tuple[str, str]] = Counter()
    for series in ("18a", "18b"):
        for cell in (await region.live(series, "2014", ["MONTH", column]))["cells"]:
            found[cell["MONTH"], cell[column]] += cell["n"]
    return found


async def test_every_month_cause_and_route_of_the_table_comes_back(region: Region) -> None:
    table = published()
    told = [report(row, n, "missing" if number % 2 else "dead") for row in table for number, n in enumerate(incidents(row))]
    assert len(told) == 105
    async with region.client("intake", "supervisor") as http:
        content, headers = json.dumps({"items": told}), {"Content-Type": "application/json"}
        assert len(_items(await http.post("/v1/incidents:batch", content=content, headers=headers))) == len(told)
    await region.quiet()
    for column, name in (("CAUSE", "cause"), ("ROUTE", "route")):
        expected: Counter[tuple[str, str]] = Counter()
        for row in table:
            expected[row["month"], row[name]] += int(row["dead_or_missing"])
        assert await counted(region, column) == expected, column
    missing = (await region.live("18b", "2014", []))["cells"]
    assert missing == [{"n": sum(sum(incidents(row)[1::2]) for row in table)}]
