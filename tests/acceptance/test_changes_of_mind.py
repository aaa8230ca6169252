"""T0 of the statistics chapter, section 15: 895 people of the Honduran table in through the public API, and then what is held of
some of them changes in every way of section 5. The figures follow a count kept by hand, cell for cell; what was published
before does not move; and what was known before can still be asked for."""

from __future__ import annotations

import copy
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from operator import eq
from pathlib import Path

import pytest

from tests.acceptance.test_releases import frozen, publish, read, rows, within
from tests.harness.honduras import Desk, Figures, a_record, counted, figures
from tests.harness.readers import by_other_programs
from tests.harness.region import Region
from tests.harness.wait import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


async def some_are_corrected(desk: Desk) -> None:
    june, _, august, september = desk.months
    year = int(june[:4])
    await desk.correct(desk.somebody(month=june, sex="M"), {"sex": "F"}, profile={"sex": "F"})
    await desk.correct(desk.somebody(month=september, nat="HTI"), {"nat": "CUB"}, profile={"nationality": ["CUB"]})
    await desk.correct(desk.somebody(month=august, a2="Y_GE18"), {"a2": "Y0T17"}, identity={"birth_date": f"{year - 17}-12-05"})
    await desk.correct(desk.somebody(month=june, a2="Y0T17"), {"a2": "Y_GE18"}, identity={"birth_date": f"{year - 30}-01-05"})


async def one_changes_from_today_on(desk: Desk) -> None:
    await desk.becomes(desk.somebody(month=desk.months[1]), profile={"sex": "X", "nationality": ["VEN"]})


async def some_come_to_light_late(desk: Desk) -> None:
    june, july, *_ = desk.months
    await desk.register([a_record(june, 9_000, "women", "VEN", "HN-EP-01"), a_record(july, 9_001, "girls", "VEN", "HN-CH-01")])
    await desk.arrives(desk.somebody(month=june), july)


async def one_arrival_is_void(desk: Desk) -> None:
    await desk.void_arrival(desk.somebody(month=desk.months[3]))


async def two_pairs_are_merged(desk: Desk) -> None:
    """The record that goes on is the earlier of one pair and the later of the other; they differ in sex or age."""
    june, _, august, september = desk.months
    await desk.merge(desk.somebody(month=june, sex="F", centre="HN-EP-01"), desk.somebody(month=august, sex="M", centre="HN-EP-01"))
    child = desk.somebody(month=september, a2="Y0T17", centre="HN-CH-01")
    await desk.merge(child, desk.somebody(month=june, a2="Y_GE18", centre="HN-CH-01"))


async def one_pair_was_two_people(desk: Desk) -> None:
    retired = next(record for record in desk.records if record.into and record.month == desk.months[2])
    await desk.unmerge(retired.person, retired)


async def one_takes_consent_back(desk: Desk) -> None:
    await desk.withdraw(desk.somebody(month=desk.months[1]))


async def two_are_erased(desk: Desk) -> None:
    """One of them under both of their records."""
    await desk.erase(desk.somebody(month=desk.months[2]))
    await desk.erase(next(record for record in desk.records if record.into).person)


CHANGES: tuple[Callable[[Desk], Awaitable[None]], ...] = (
    some_are_corrected, one_changes_from_today_on, some_come_to_light_late, one_arrival_is_void, two_pairs_are_merged,
    one_pair_was_two_people, one_takes_consent_back, two_are_erased,
)  # fmt: skip


async def test_figures_follow_every_change_and_what_was_known_before_can_be_asked_for(region: Region) -> None:
    desk = Desk(region, "2016")
    await desk.everybody()
    await changes_of_mind(desk, "2016")


@pytest.mark.long
async def test_what_was_published_does_not_move_and_what_is_published_next_does(region: Region, tmp_path: Path) -> None:
    desk = Desk(region, "2015")
    await desk.everybody()
    before, after = (f"2015-{month}" for month in ("06", "07"))
    release = await published(region, before)
    await every_format_tells_the_same_table(region, release, counted(desk.records), tmp_path)
    kept = await everything(region, release)
    await changes_of_mind(desk, "2015")
    assert await everything(region, release) == kept
    await every_format_tells_the_same_table(region, await published(region, after), counted(desk.records), tmp_path)


async def changes_of_mind(desk: Desk, year: str) -> None:
    """All of them, one after the other; the figures after each, and those of each instant at the end."""
    region = desk.region
    await region.quiet()
    assert await figures(region, year) == counted(desk.records)
    then = {"at first": (datetime.now(UTC), copy.deepcopy(desk.records))}
    for change in CHANGES:
        before = counted(desk.records)
        await change(desk)
        expected = counted(desk.records)
        assert (expected == before) == (change is one_changes_from_today_on), f"{change.__name__} changes nothing, so it shows nothing"
        await eventually(partial(figures, region, year), partial(eq, expected), what=f"figures after {change.__name__}", seconds=20)
        then[change.__name__] = (datetime.now(UTC), copy.deepcopy(desk.records))
    await region.settled()
    assert await figures(region, year) == counted(desk.records)
    gone = {record.id for record in desk.records if record.person.gone}
    for name, (instant, records) in then.items():
        remembered = counted(record for record in records if record.id not in gone)
        assert await figures(region, year, known_at=instant.isoformat()) == remembered, f"as known then: {name}"
    answer = await region.live("01", year, [], known_at=then["at first"][0].isoformat())
    assert answer["forgotten_since_k"] is True


async def published(region: Region, month: str) -> str:
    release = await frozen(region, month, datetime.now(UTC))
    await publish(region, release)
    return release


async def everything(region: Region, release: str) -> dict[str, bytes]:
    tables = (await read(region, f"releases/{release}")).json()["manifest"]["tables"]
    kinds = ("csv", "json-stat", "sdmx-csv", "xlsx", "hxl")
    paths = ["", "/structure", "/zip", *(f"/tables/{table}?format={kind}" for table in tables for kind in kinds)]
    return {path: (await read(region, f"releases/{release}{path}")).content for path in paths}


async def every_format_tells_the_same_table(region: Region, release: str, true: Figures, folder: Path) -> None:
    """I01A and I16A of a month: what other people's programs read is one table, within the gate's rules for the true counts."""
    month = (await read(region, f"releases/{release}")).json()["manifest"]["period"]
    for table, name in (("I01A", "01 by sex"), ("I16A", "16b by sex")):
        told = await by_other_programs(partial(read, region), release, table, folder / f"{release} {table}")
        assert told["csv"]
        assert {kind: cells for kind, cells in told.items() if cells != told["csv"]} == {}
        listed = rows((await read(region, f"releases/{release}/tables/{table}")).content)
        seen = 0
        for row in listed:
            if row["REF_AREA"] == "_T" and row.get("MEASURE", "B") == "B":
                age = row.get("AGE", "_T")
                n = sum(n for (at, sex, a2), n in true[name].items() if at == month and row["SEX"] in (sex, "_T") and age in (a2, "_T"))
                assert within(n, row), (table, row, n)
                seen += n > 0
        assert seen, f"no cell of {table} was compared"
