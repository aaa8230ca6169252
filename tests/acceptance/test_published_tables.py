"""Table in, table out: whoever registers each counted person gets both published tables back, cell by cell."""

from __future__ import annotations

import asyncio
from collections import Counter

import httpx
import pytest

from cli.data import published
from cli.demo import people
from tests.harness.region import Region

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
MONTHS = ["2018-01", "2018-02"]
AGE = {"men": "Y_GE18", "women": "Y_GE18", "boys": "Y0T17", "girls": "Y0T17"}


async def register(region: Region, months: list[str]) -> tuple[int, int]:
    """Hand in everybody, centre by centre; returns how many were taken and how many of them were known already."""
    taken = known = 0
    waiting = iter(people.batches(months))

    async def connection() -> None:
        nonlocal taken, known
        for centre, count, body in waiting:
            async with region.client("intake", "supervisor", centre=centre) as http:
                answer = await http.post("/v1/clients:batch", content=body, headers={"Content-Type": "application/json"}, timeout=90)
            items = _items(answer)
            assert len(items) == count
            taken += len(items)
            known += sum(item["replayed"] for item in items)

    await asyncio.gather(connection(), connection())
    return taken, known


def _items(answer: httpx.Response) -> list[dict[str, object]]:
    assert answer.status_code == 200, answer.text[:500]
    items = answer.json()["items"]
    assert not (wrong := [item for item in items if item["status"] not in (200, 201)]), f"{len(wrong)} refused, first: {wrong[0]}"
    return list(items)


async def by_group(region: Region, month: str) -> Counter[str]:
    """Registered transit arrivals of a month by the groups of the table."""
    answer = await region.live("16b", month, ["SEX", "A2"])
    groups = {(people.SEX[group], AGE[group]): group for group in published.GROUPS}
    return Counter({groups[cell["SEX"], cell["A2"]]: cell["n"] for cell in answer["cells"]})


async def by_nationality(region: Region, month: str) -> Counter[str]:
    """The same arrivals by nationality."""
    answer = await region.live("16b", month, ["NAT"])
    return Counter({cell["NAT"]: cell["n"] for cell in answer["cells"]})


async def every_cell(region: Region, months: list[str]) -> None:
    tables = published.load()
    for month in months:
        assert await by_group(region, month) == Counter(tables.by_group[month]), month
        assert await by_nationality(region, month) == Counter(tables.by_nationality[month]), month


async def test_both_published_tables_come_back_cell_by_cell(region: Region) -> None:
    counted = sum(published.load().total(month) for month in MONTHS)
    taken, _ = await register(region, MONTHS)
    assert taken == counted
    await region.quiet()
    await every_cell(region, MONTHS)


async def test_registering_everybody_again_changes_no_figure(region: Region) -> None:
    await register(region, MONTHS)
    taken, known = await register(region, MONTHS)
    assert known == taken, f"{taken - known} of {taken} were taken for new people"
    await region.quiet()
    await every_cell(region, MONTHS)


async def test_the_two_centres_add_up_to_the_table(region: Region) -> None:
    await register(region, MONTHS)
    await region.quiet()
    answer = await region.live("16b", MONTHS[0], ["CENTRE"])
    found = {cell["CENTRE"]: cell["n"] for cell in answer["cells"]}
    assert set(found) == set(people.CENTRES)
    assert sum(found.values()) == published.load().total(MONTHS[0])
