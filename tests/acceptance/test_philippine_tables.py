"""Table in, table out: the emigrants of the Philippine tables, registered one by one with their departures (section 15).

T0 is every table of 1988 made smaller; T1 is 2020 whole, 15,703 people; T2 is all forty years, 2,515,729 people. For a T2 of
another size: PEOPLE_A_YEAR=2000 ./gabay test tests/acceptance/test_philippine_tables.py --long takes so many of each year.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.codes import psgc
from tests.acceptance.test_published_tables import _items
from tests.acceptance.test_releases import frozen, publish, read, rows, within
from tests.acceptance.test_whole_months import every_format_says_the_same
from tests.harness import philippines
from tests.harness.philippines import UNKNOWN, band_of
from tests.harness.region import Region

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

SMALL = 300
ASKED = int(os.environ.get("PEOPLE_A_YEAR", "0")) or None
YEARS = sorted(philippines.tables()["sex"])


async def register(region: Region, year: str, size: int | None) -> int:
    taken = 0
    for count, body in philippines.batches(year, size):
        async with region.client("intake", "supervisor", centre=philippines.CENTRE) as http:
            answer = await http.post("/v1/clients:batch", content=body, headers={"Content-Type": "application/json"}, timeout=90)
        assert len(_items(answer)) == count
        taken += count
    return taken


async def counted(region: Region, indicator: str, year: str, by: str) -> Counter[str]:
    answer = await region.live(indicator, year, [by], where={"CENTRE": [philippines.CENTRE]})
    return Counter({cell[by]: cell["n"] for cell in answer["cells"]})


async def every_cell(region: Region, year: str, size: int | None) -> dict[str, Counter[str]]:
    """Departures of the year by sex, age, occupation and region; its new clients by education, which no departure has."""
    expected = philippines.expected(year, size)
    assert await counted(region, "09", year, "SEX") == expected["sex"], year
    ages = await counted(region, "09", year, "A11")
    assert _added(ages, {age: band_of(age) for age in ages}) == expected["age"], year
    assert await counted(region, "09", year, "ISCO1") == expected["occupation"], year
    areas = await counted(region, "09", year, "AREA")
    assert _added(areas, {code: psgc.region_of(code) or UNKNOWN for code in areas}) == expected["region"], year
    assert await counted(region, "01", year, "EDU") == expected["education"], year
    return expected


async def test_the_tables_of_a_year_come_back_cell_by_cell(region: Region) -> None:
    assert await register(region, "1988", SMALL) == SMALL
    await region.quiet()
    await every_cell(region, "1988", SMALL)


@pytest.mark.long
@pytest.mark.parametrize(
    "years",
    [
        pytest.param(["2020"], id="T1", marks=pytest.mark.timeout(3600)),
        pytest.param(YEARS, id="T2", marks=pytest.mark.timeout(24 * 3600)),
    ],
)
async def test_whole_years_come_back_cell_by_cell_and_through_every_format(region: Region, years: list[str]) -> None:
    for year in years:
        assert await register(region, year, ASKED) == sum(philippines.margins(year, ASKED)["sex"].values())
    await region.quiet(seconds=600)
    told: dict[str, Any] = {year: await every_cell(region, year, ASKED) for year in years}
    last = years[-1]
    release = await frozen(region, last, datetime.now(UTC))
    await publish(region, release)
    await released_within_the_rules(region, release, told[last])
    await every_format_says_the_same(region, release)


async def released_within_the_rules(region: Region, release: str, true: Mapping[str, Counter[str]]) -> None:
    """Departures by sex (I09B) and new clients by education (I01E), each with everybody as its total."""
    for table, name, column in (("I09B", "sex", "SEX"), ("I01E", "education", "EDU")):
        counts = true[name] | {"_T": true[name].total()}
        seen = 0
        for row in rows((await read(region, f"releases/{release}/tables/{table}")).content):
            others = {key: row[key] for key in ("SEX", "AGE", "COUNTRY", "EDU") if key in row and key != column}
            if set(others.values()) == {"_T"}:
                n = counts.get(row[column], 0)
                assert within(n, row), (table, row, n)
                seen += n > 0
        assert seen == sum(n > 0 for n in counts.values()), f"{seen} cells of {table}: the table is not whole"


def _added(counts: Counter[str], coarse: Mapping[str, str]) -> Counter[str]:
    found: Counter[str] = Counter()
    for code, n in counts.items():
        found[coarse[code]] += n
    return found
