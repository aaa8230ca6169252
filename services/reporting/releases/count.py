"""G2: true counts for every cell of a release, with contributors and key sums, out of the facts. The worker's alone.

Nothing else may read facts for the public: what leaves here are grids, and grids leave through the gate.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.reporting.disclosure.cells import Count, Grid
from services.reporting.disclosure.keys import pads
from services.reporting.exports.cube import days, frequency
from services.reporting.indicators.public import Counted, PublicTable
from services.reporting.releases.axes import COUNTRIES, ENOUGH, Divided, divided
from services.reporting.releases.secrets import Secret
from shared.codes.country import names as country_names
from shared.eventsourcing.sql import statements
from shared.region import Region

SQL = statements(__package__)
DIMENSIONS = 4
_FILTERS = ("c1", "c2", "c3", "c4", "isco")

Divisions = Mapping[str, tuple[tuple[Divided, ...], ...]]
"""Table -> for each of its measures the dimensions, in order."""


@dataclass(frozen=True, slots=True)
class Counting:
    """Everything that one count of a release is asked with. connection: as the worker, in one transaction."""

    connection: Any
    region: Region
    secret: Secret
    cutoff: datetime

    async def grids(self, tables: Sequence[PublicTable], period: str) -> tuple[list[Grid], Divisions]:
        """Grids for the gate, and the dimensions that their codes belong to."""
        found: list[Grid] = []
        divisions: dict[str, tuple[tuple[Divided, ...], ...]] = {}
        for table in tables:
            lists = {name: await self._countries(table, name, period) for name in table.by if name in COUNTRIES}
            dims = tuple(
                tuple(divided(table, measure, name, self.region, lists.get(name, ())) for name in table.by) for measure in table.measures
            )
            divisions[table.name] = dims
            for measure, axes in zip(table.measures, dims, strict=True):
                found.append(await self._grid(table, measure, axes, period))
        return found, divisions

    async def _grid(self, table: PublicTable, measure: Counted, axes: tuple[Divided, ...], period: str) -> Grid:
        first, last = days(period)
        rows = await self._rows(measure, axes, first, last, frequency(period) == "A")
        cells = {tuple(row)[: len(axes)]: Count(row["n"], row["contributors"], row["ksum"]) for row in rows}
        return Grid(
            table.name, measure.code, tuple(each.axis for each in axes), measure.universe, cells,
            only=frozenset((column, code) for column, codes in measure.narrowed.items() for code in codes),
            sensitive=table.klass == "S", additive=measure.unit != "fact",
        )  # fmt: skip

    async def _rows(self, measure: Counted, axes: Sequence[Divided], first: date, last: date, years: bool) -> list[Any]:
        only = {**measure.only, **measure.narrowed}
        blank = [None] * (DIMENSIONS - len(axes))
        inner, outer = pads(self.secret.seed)
        params: tuple[Any, ...] = (
            measure.kind, first, last, ["D", "M", "Y"] if years else ["D", "M"], [c.code for c in self.region.centres],
            [c.area for c in self.region.centres], self.cutoff, measure.unit, inner, outer, measure.unit.encode() + b"\0",
            *(each.column for each in axes), *blank, *(list(each.axis.codes) for each in axes), *blank,
            [*(each.rest for each in axes), *("_U" for _ in blank)], next((each.column for each in axes if each.axis.many), None),
            *(_list(only.get(column)) for column in _FILTERS),
        )  # fmt: skip
        if measure.outcome:
            params = (*params, measure.latest, _list(only.get("types")))
        return list(await self.connection.fetch(SQL.count_outcomes if measure.outcome else SQL.count_facts, *params))

    async def _countries(self, table: PublicTable, name: str, period: str) -> tuple[str, ...]:
        """Countries with a row of their own this year: fixed the first time that a release of the year asks."""
        year = int(period[:4])
        if (fixed := await self.connection.fetchval(SQL.country_list, year, table.name, name)) is not None:
            return tuple(fixed)
        measure = table.measures[-1]
        known = tuple(sorted(code for code in country_names() if code != "XXX"))
        axis = divided(table, measure, name, self.region, known)
        rows = await self._rows(measure, (axis,), date(year - 1, 1, 1), date(year - 1, 12, 31), True)
        codes = sorted(row[0] for row in rows if row["n"] >= ENOUGH and row[0] in known)
        await self.connection.execute(SQL.keep_country_list, year, table.name, name, codes)
        return tuple(codes)


def _list(codes: Sequence[str] | None) -> list[str] | None:
    return None if codes is None else list(codes)
