"""Released shares, durations and stocks: what the gate is given for them, and that their noise is that of their units."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from services.reporting.disclosure.keys import record_key
from services.reporting.indicators.public import TABLES
from services.reporting.releases import render
from tests.integration.reporting.test_outcomes import a_case, answered, at, close, referred
from tests.integration.reporting.test_releases import Desk, apply, desk, secrets_of  # noqa: F401  (a fixture)
from tests.integration.reporting.world import World, some_id

AFTER = datetime(2027, 1, 20, 3, tzinfo=UTC)
SEED = bytes(range(32))
SITE = "0600600000"


def a_year(people: int = 24) -> World:
    """Everybody with a case that is closed, a referral that is answered, and two needs."""
    world = World()
    for i in range(people):
        client = some_id(f"person {i}")
        world.register(client, at=at("2026-02-02"))
        case = a_case(world, client, "2026-02-03", case_type="LEGAL_CLAIM")
        world.tell("casework.case-plan-agreed", case, {"plan_no": 1, "agreed_on": "2026-02-10"}, client=client, at=at("2026-02-10"))
        sent = referred(world, client, "r", "2026-02-12", "2026-02-20", "2026-02-15")
        answered(world, client, sent, "declined" if i % 3 == 0 else "accepted", "2026-02-11T09:00:00+08:00", reason="NO_CAPACITY")
        if i % 2 == 0:
            close(world, client, case, f"2026-03-{1 + i:02d}", ("LEGAL", "MET"), ("INCOME", "UNMET"))
    return world


@pytest.fixture
async def told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:  # noqa: F811
    # Seconds of every freeze are workbooks; what is in them is tested elsewhere.
    monkeypatch.setattr(render, "workbook", lambda cubes, lang, said: b"")
    await apply(desk, a_year())
    await desk.read_until(AFTER)
    return desk


async def shown(desk: Desk, table: str) -> dict[tuple[str, ...], Any]:  # noqa: F811
    rows = await desk.pool.fetch("select measure, codes, value from ledger.cell where name = $1", table)
    return {(row["measure"], *row["codes"]): row["value"] for row in rows}


async def test_a_quarter_has_flows_stocks_and_shares(told: Desk) -> None:
    """An answer that was recorded after the cut-off answers nothing."""
    world = World()
    world.register(some_id("late"), at=at("2026-03-02"))
    sent = referred(world, some_id("late"), "late", "2026-03-31", "2026-03-31", "2026-03-31")
    world.now = at("2026-06-01")
    answered(world, some_id("late"), sent, "acknowledged", "2026-03-30T09:00:00+08:00")
    await apply(told, world)
    await told.freeze("2026-Q1", now=AFTER)
    flow = await secrets_of(told, "I25A")
    assert {measure: flow[measure, SITE][0] for measure in "ACD"} == {"A": 24, "C": 12, "D": 12}
    assert ("B", SITE) not in flow
    on_time = await secrets_of(told, "I37A")
    assert (on_time["NUM", "NORMAL"], on_time["DEN", "NORMAL"]) == ((24, 24), (25, 25))
    silence = await secrets_of(told, "I39A")
    assert silence["A_DEN", "NORMAL"] == (25, 25)
    assert silence["B_NUM", "NORMAL"] == (1, 1)


async def test_a_year_has_durations_needs_and_answers(told: Desk) -> None:
    release = await told.freeze("2026", now=AFTER)
    manifest = await told.pool.fetchval("select convert_from(manifest, 'utf8') from ledger.release where id = $1", release)
    assert not [name for name, table in TABLES.items() if table.frequency == "A" and f'"{name}"' not in manifest]
    duration = await shown(told, "I26A")
    # 12 cases of 26 to 48 days, every second one: the middle is 37, to five days.
    assert duration["MEDIAN", SITE] == 35
    assert (await secrets_of(told, "I26A"))["D31T90", SITE] == (9, 9)
    needs = await secrets_of(told, "I27A")
    assert (needs["NUM", "LEGAL"], needs["DEN", "_T"]) == ((12, 12), (24, 12))
    assert (await secrets_of(told, "I28A"))["NUM", SITE] == (24, 24)
    accepted, declined = await secrets_of(told, "I38A"), await secrets_of(told, "I38B")
    assert (accepted["NUM", "LIV"], accepted["DEN", "LIV"]) == ((16, 16), (24, 24))
    assert declined["", "NO_CAPACITY"] == (8, 8)
    # The key of an item is that of its fact, and of a need that of its row in it.
    world = a_year()
    closures = [UUID(each.event_id) for each in world.told if each.type.endswith("case-closed.v1")]
    query = "select ksum from ledger.cell_secret where name = $1 and measure = $2 and codes = '{_T}'"
    found = await told.pool.fetchval(query, "I27A", "DEN")
    assert found == sum(record_key(SEED, "group", event, row) for event in closures for row in (1, 2))
    opened = [UUID(each.event_id) for each in world.told if each.type.endswith("case-opened.v1")]
    assert await told.pool.fetchval(query, "I25B", "A") == sum(record_key(SEED, "fact", event) for event in opened)
