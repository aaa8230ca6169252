"""The read model of reporting on a real Postgres: filled by the worker's role, read by the api's."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from services.reporting.facts import zones
from services.reporting.facts.projection import facts
from services.reporting.figures.period import parse
from services.reporting.figures.plan import Place, Question
from services.reporting.figures.read import Reader
from services.reporting.indicators.catalogue import find
from shared.eventsourcing.projection import Fact, Op
from shared.http.reach import WHOLE
from shared.messaging.models import ensure_generation
from shared.messaging.session import connect
from shared.messaging.write import Writer
from shared.region import load_region

REGION = load_region(Path(__file__).parents[3] / "deploy" / "regions" / "route-example.toml")
PLACES = [Place(centre.code, centre.area, centre.zone) for centre in REGION.centres]

CELLS = """
select 'person', kind, centre, period, sex, age, '', n, coalesce(qty, 0) from cell_person
 union all
select dim, kind, centre, period, sex, a2, code, n, coalesce(qty, 0) from cell_code
"""
EXPECTED = """
select 'person', kind, centre, period, sex, age, '', count(*), coalesce(sum(qty), 0) from fact where counted group by 1, 2, 3, 4, 5, 6
"""


class Model:
    """reader: as the api asks; connection: as the worker writes."""

    def __init__(self, connection: Any, reader: Reader) -> None:
        self.connection, self.reader = connection, reader
        self._writer = Writer(facts)

    async def apply(self, told: Iterable[Fact], batch: int = 2000) -> None:
        """Apply facts as the consumer does, so many records at a time."""
        told = list(told)
        for start in range(0, len(told), batch):
            operations: list[tuple[str, Op]] = []
            for fact in told[start : start + batch]:
                handler = facts.handlers.get(fact.type)
                found = handler(fact) if handler else None
                if isinstance(found, Op):
                    operations.append((fact.stream, found))
                else:
                    operations += [(fact.stream, each) for each in found or ()]
            async with self.connection.transaction():
                await self._writer.write(self.connection, operations)

    async def cells(self) -> set[tuple[Any, ...]]:
        return {tuple(row) for row in await self.connection.fetch(CELLS)}

    async def counted_again(self) -> set[tuple[Any, ...]]:
        """The roll-up of persons, counted from the facts."""
        return {tuple(row) for row in await self.connection.fetch(EXPECTED)}

    async def clear(self) -> None:
        await self.connection.execute(
            "truncate allowed, heard, consent_state, person_version, fact, waiting, merger, alias, cell_person, cell_code, watermark"
        )

    async def ask(
        self, indicator: str, period: str, by: tuple[str, ...] = (), where: Mapping[str, tuple[str, ...]] | None = None, **more: Any
    ) -> list[dict[str, Any]]:
        found = find(indicator)
        assert found is not None
        wanted = {"places": PLACES, "reach": WHOLE} | more
        return await self.reader.ask(Question(series=found[1][0], span=parse(period), by=by, where=where or {}, **wanted))

    async def ask_series(self, name: str, period: str, by: tuple[str, ...] = ()) -> list[dict[str, Any]]:
        """One series of an indicator by its letter."""
        found = find(name)
        assert found is not None
        (series,) = found[1]
        return await self.reader.ask(Question(series=series, span=parse(period), by=by, where={}, places=PLACES, reach=WHOLE))


@pytest.fixture(scope="session", autouse=True)
def _clocks() -> None:
    zones.follow(lambda: REGION.centres)


@pytest.fixture(scope="session")
def reporting_database(fresh_database: Callable[[str], Any]) -> Iterator[Any]:
    database = fresh_database("reporting")
    yield database
    database.drop()


@pytest.fixture
async def model(reporting_database: Any) -> AsyncIterator[Model]:
    owner = await asyncpg.connect(reporting_database.owner)
    await ensure_generation(owner, facts)
    await owner.execute(f"grant truncate on all tables in schema {facts.schema} to reporting_worker")
    await owner.close()
    connection = await connect(reporting_database.worker, "test", search_path=f"{facts.schema}, public")
    for name in ("timestamptz", "timestamp", "date"):
        await connection.set_type_codec(name, schema="pg_catalog", encoder=str, decoder=str, format="text")
    pool = await asyncpg.create_pool(reporting_database.app, min_size=1, max_size=2)
    model = Model(connection, Reader(pool))
    await model.clear()
    yield model
    await pool.close()
    await connection.close()
