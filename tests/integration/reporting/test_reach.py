"""The second fence of reporting: whatever a route asks for, cells of other centres stay away, and no row of a person is shown."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from services.reporting.dashboard.pages import SQL as DASHBOARD
from services.reporting.facts.projection import facts
from services.reporting.figures.period import parse
from services.reporting.figures.plan import Question, plan
from services.reporting.indicators.catalogue import find
from shared.http.reach import WHOLE
from tests.integration.reporting.conftest import PLACES
from tests.integration.reporting.test_facts import a_service, a_transit
from tests.integration.reporting.test_outcomes import a_case, referred
from tests.integration.reporting.world import World, some_id

HERE, THERE = "PH-ANT-01", "HN-EP-01"
OF_ONE = f'{{"centres": "{{{HERE}}}"}}'
NOTHING = "{}"
KNOWN = datetime(2026, 3, 1, tzinfo=UTC)
MANY = PLACES * 60  # more than a narrow plan reads

# What answers -> a question that it answers, divided by centre.
ASKED: dict[str, tuple[str, dict[str, Any]]] = {
    "cell_person": ("16b", {}),
    "wide_cell_person": ("16b", {"many": True}),
    "cell_code": ("16b", {"by": ("CENTRE", "NAT")}),
    "wide_cell_code": ("16b", {"by": ("CENTRE", "NAT"), "many": True}),
    "fact": ("30b", {}),
    "as_of": ("01", {"known_at": KNOWN}),
    "referral": ("38", {}),
    "outcome": ("25a", {}),
}


def question(indicator: str, reach: str, *, by: tuple[str, ...] = ("CENTRE",), many: bool = False, **more: Any) -> Question:
    """As a route asks that forgot whose centres the caller may see."""
    found = find(indicator)
    assert found is not None
    return Question(series=found[1][0], span=parse("2026"), by=by, where={}, places=MANY if many else PLACES, reach=reach, **more)


@pytest.fixture
async def two_centres(model: Any) -> Any:
    """One person of each, with all that the statements count."""
    for centre in (HERE, THERE):
        world = World(centre=centre)
        who = some_id(centre)
        world.register(who, at=datetime(2026, 1, 5, 2, tzinfo=UTC))
        a_transit(world, who, "2026-01-06")
        a_service(world, who, "2026-01-06", centre)
        a_case(world, who, "2026-01-07")
        referred(world, who, "a referral", "2026-01-12")
        await model.apply(world.live())
    return model


@pytest.mark.parametrize("statement", ASKED)
async def test_a_route_that_asks_for_every_centre_gets_the_cells_of_those_in_reach(two_centres: Any, statement: str) -> None:
    indicator, more = ASKED[statement]
    assert plan(question(indicator, WHOLE, **more)).statement == statement
    seen = {}
    for reach in (WHOLE, OF_ONE, NOTHING):
        cells = await two_centres.reader.ask(question(indicator, reach, **more))
        seen[reach] = {cell["CENTRE"] for cell in cells}
    assert seen == {WHOLE: {HERE, THERE}, OF_ONE: {HERE}, NOTHING: set()}


async def test_the_smaller_statements_keep_to_the_reach_too(two_centres: Any) -> None:
    world = World(centre=THERE)
    world.versions[some_id(THERE)] = 10
    world.consents[some_id(THERE)] = some_id(f"{some_id(THERE)}:1")
    world.now = KNOWN
    world.withdraw(some_id(THERE))
    await two_centres.apply(world.live())
    await two_centres.connection.execute("insert into watermark values ('intake.client.v1', 0, '2027-01-01')")
    centres = [HERE, THERE]
    told = [await two_centres.reader.check_known(datetime(2026, 1, 31, tzinfo=UTC), centres, reach) for reach in (WHOLE, OF_ONE, NOTHING)]
    assert told == [True, False, False]
    pool = two_centres.reader._pool
    newest = [await pool.fetchval(DASHBOARD.newest, [HERE], reach) for reach in (WHOLE, OF_ONE, NOTHING)]
    assert newest == [202601, 202601, None]


async def test_the_api_reads_what_is_shown_and_no_other_table(two_centres: Any, reporting_database: Any) -> None:
    query = "select table_name from information_schema.views where table_schema = 'facts'"
    tables = {row[0] for row in await two_centres.connection.fetch(query)}
    assert {"fact", "person_version", "consent_state", "alias", "merger", *facts.shown} <= tables
    app = await asyncpg.connect(reporting_database.app)
    try:
        for name in sorted(tables):
            for schema in ("facts", facts.schema):
                try:
                    rows = await app.fetch(f'select * from "{schema}"."{name}"')
                except asyncpg.InsufficientPrivilegeError:
                    assert name not in facts.shown or schema == facts.schema, name
                else:
                    assert name in facts.shown, f"the api reads {schema}.{name}"
                    assert rows == [] or name == "watermark", f"{name}: rows without a reach"
    finally:
        await app.close()
