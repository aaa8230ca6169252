"""S1, the second fence: a route that forgets its check shows nothing of others, because Postgres knows who asks.

The planted bug lets every check say yes and every list ask for all centres. That row-level security alone withholds the
rows is shown by switching it off: then they come.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from services.casework import api
from services.casework.caseload.projection import caseload
from services.casework.feed import FEED
from services.casework.worker import PROJECTIONS
from shared.contracts.casework.case import CASE
from shared.http.reach import WHOLE
from tests.integration.casework.desk import CENTRE, Desk, open_desk
from tests.integration.casework.test_cases import a_case
from tests.planted.route_forgets_its_check import planted

EVERYWHERE = frozenset({CENTRE, "PH-MAS-01"})
MOVED = "/v1/changes?limit=500"


@pytest.fixture(scope="module")
async def desk(fresh_database: Callable[[str], Any]) -> AsyncIterator[Desk]:
    async with open_desk("casework", api, PROJECTIONS, fresh_database) as opened:
        yield opened


async def leaked(desk: Desk, case: str) -> set[str]:
    """The pages on which a case turns up, for this caller, when routes forget to check."""
    pages = {"/v1/cases": case, "/v1/caseload": "stf-w1", f"/v1/cases/{case}/timeline": case, MOVED: case}
    with planted(EVERYWHERE):
        answers = {path: (await desk.send("GET", path), told) for path, told in pages.items()}
    assert {answer.status_code for answer, _ in answers.values()} <= {200, 403}  # forbidden: before any route
    return {path for path, (answer, told) in answers.items() if answer.status_code == 200 and told in answer.text}


@asynccontextmanager
async def without_row_level_security(desk: Desk) -> AsyncIterator[None]:
    """Nothing but the routes' own checks, as before."""
    owner = await asyncpg.connect(desk.owner_dsn)
    fenced = [f'"{caseload.schema}"."case_file"', f'"{caseload.schema}"."step"', f'"{FEED.schema}"."change"']
    try:
        for table in fenced:
            await owner.execute(f"alter table {table} no force row level security, disable row level security")
        yield
        for table in fenced:
            await owner.execute(f"alter table {table} enable row level security, force row level security")
    finally:
        await owner.close()


async def test_a_route_that_forgets_its_check_shows_nothing_of_another_centre(desk: Desk) -> None:
    case, _ = await a_case(desk)
    await desk.catch_up(caseload, CASE)
    await desk.catch_up(FEED, CASE)
    all_pages = {"/v1/cases", "/v1/caseload", f"/v1/cases/{case}/timeline", MOVED}
    assert await leaked(desk, case) == all_pages  # the worker's own case: the pages do show it
    stranger = desk.as_("stf-x1")
    assert await leaked(stranger, case) == set()
    async with without_row_level_security(desk):
        assert await leaked(stranger, case) == all_pages
    assert await leaked(stranger, case) == set()


async def test_a_confidential_case_stays_hidden_at_its_own_centre_too(desk: Desk) -> None:
    case, _ = await a_case(desk, confidential=True)
    await desk.catch_up(caseload, CASE)
    await desk.catch_up(FEED, CASE)
    pages = {"/v1/cases", f"/v1/cases/{case}/timeline", MOVED}
    for colleague in ("stf-w2", "stf-s1", "stf-c1"):
        assert await leaked(desk.as_(colleague), case) & pages == set(), colleague
    for insider in ("stf-w1", "stf-p1"):
        assert pages <= await leaked(desk.as_(insider), case), insider


async def test_a_statement_that_names_no_reach_sees_nothing_and_reach_ends_with_its_transaction(desk: Desk) -> None:
    await a_case(desk)
    await desk.catch_up(caseload, CASE)
    await desk.catch_up(FEED, CASE)
    assert await desk.rows("select case_id from caseload.case_file")
    async with desk.parts.pool.acquire() as connection:
        assert await connection.fetch("select case_id from caseload.case_file where (select within_reach($1))", WHOLE)
        assert await connection.fetch("select case_id from caseload.case_file") == []
        for table in ("caseload.step", "changes.change", "consents.consent"):
            assert await desk.rows(f"select from {table}"), table
            assert await connection.fetch(f"select from {table}") == [], table
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(f"alter table {caseload.schema}.case_file disable row level security")
    owner = await asyncpg.connect(desk.owner_dsn)
    try:
        assert await owner.fetch(f"select case_id from {caseload.schema}.case_file") == []  # forced
    finally:
        await owner.close()
