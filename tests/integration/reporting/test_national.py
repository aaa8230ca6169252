"""The read model of a national stack on a real Postgres: each fact twice, in any company, leaves what the newest says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from services.reporting.national.process import tell_overdue
from services.reporting.national.projection import following, published, rollups, withdrawn
from shared.messaging.models import ensure_generation
from shared.messaging.session import connect
from shared.messaging.write import Writer
from tests.unit.reporting.test_national_stack import fact, national


@pytest.fixture(scope="module")
def national_database(fresh_database: Callable[[str], Any]) -> Iterator[Any]:
    database = fresh_database("reporting")
    yield database
    database.drop()


async def test_each_fact_twice_leaves_what_the_newest_says(national_database: Any) -> None:
    owner = await asyncpg.connect(national_database.owner)
    await ensure_generation(owner, rollups)
    await owner.close()
    following(national())
    connection: Any = await connect(national_database.worker, "test", search_path=f"{rollups.schema}, public")
    try:
        for name in ("timestamptz",):
            await connection.set_type_codec(name, schema="pg_catalog", encoder=str, decoder=str, format="text")
        writer = Writer(rollups)
        first, other = published(fact()), published(fact(region="masbate"))
        end = withdrawn(fact("table-withdrawn", version=2))

        async def apply(*operations: tuple[str, Any]) -> list[tuple[Any, ...]]:
            async with connection.transaction():
                await writer.write(connection, operations)
            rows = await connection.fetch("select region, state, version, data is null as empty from told order by region")
            return [tuple(row) for row in rows]

        assert await apply(("s", first)) == await apply(("s", first)) == [("antique", "PUBLISHED", 1, False)]
        both = [("antique", "WITHDRAWN", 2, True), ("masbate", "PUBLISHED", 1, False)]
        assert await apply(("s", first), ("t", other), ("s", end)) == both
        assert await apply(("s", first), ("s", end), ("t", other)) == both, "an older fact that comes late says nothing"
        late = await tell_overdue(connection, national(), datetime(2026, 11, 20, 17, tzinfo=UTC))
        assert late == {"antique": 3600.0, "masbate": 3600.0}, "the monthly release of October is missing in both"
    finally:
        await connection.close()
