"""G2: true counts for every cell of a release, with contributors and key sums, out of the facts. The worker's alone.

Nothing else may read facts for the public: what leaves here are grids, and grids leave through the gate.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from services.reporting.disclosure.cells import TOTAL, CellName, Count, Grid, coarser
from services.reporting.disclosure.derived import Valued, Values
from services.reporting.disclosure.keys import pads
from services.reporting.exports.cube import days, frequency
from services.reporting.indicators.public import TABLES
from services.reporting.indicators.published import Counted, PublicTable
from services.reporting.releases.axes import ENOUGH, LISTED, Divided, divided
from services.reporting.releases.calendar import inside
from services.reporting.releases.secrets import Secret
from shared.codes import UnitKind
from shared.codes.currency import rates_json
from shared.codes.label import labels
from shared.eventsourcing.sql import statements
from shared.http.reach import WHOLE
from shared.region import Region

SQL = statements(__package__)
DIMENSIONS = 4
BEDS = "beds"  # a kind that is no fact: what a region's file offers
_KEYED = {"row": "group"}  # kinds of record keys that are named otherwise than what is counted

Divisions = Mapping[str, tuple[tuple[Divided, ...], ...]]
"""Table -> for each of its measures the dimensions, in order."""


@dataclass(frozen=True, slots=True)
class Counting:
    """Everything that one count of a release is asked with. connection: as the worker, in one transaction."""

    connection: Any
    region: Region
    secret: Secret
    cutoff: datetime

    async def grids(self, tables: Sequence[PublicTable], period: str) -> tuple[list[Grid], list[Valued], Divisions]:
        """Grids and values for the gate, and the dimensions that their codes belong to."""
        found: list[Grid] = []
        valued: list[Valued] = []
        divisions: dict[str, tuple[tuple[Divided, ...], ...]] = {}
        for table in tables:
            divisions[table.name] = dims = await self._dims(table, period)
            for measure, axes in zip(table.measures, dims, strict=True):
                first, last = days(period)
                rows = await self._rows(measure, axes, first, last, frequency(period) == "A")
                if measure.figure == "count":
                    found.append(_grid(table, measure, axes, rows))
                else:
                    valued.append(_valued(table, measure, axes, rows))
        return found, valued, divisions

    async def under(self, period: str) -> frozenset[CellName]:
        """Cells above those that releases of the months and quarters in a period do not show as 0: a 0 there would say how few they are."""
        shapes: dict[str, dict[str, Grid]] = {}
        found: set[CellName] = set()
        for row in await self.connection.fetch(SQL.not_zero, list(inside(period))):
            name, codes = row["name"], tuple(row["codes"])
            if name in TABLES and name not in shapes:
                dims = await self._dims(TABLES[name], period)
                # Who is counted as of the end of a month, or by the latest of it, is not counted so of a year.
                shapes[name] = {
                    measure.code: _grid(TABLES[name], measure, axes, ())
                    for measure, axes in zip(TABLES[name].measures, dims, strict=True)
                    if measure.figure == "count" and not measure.latest and measure.window is None
                }
            shape = shapes.get(name, {}).get(row["measure"])
            # A table that was declared otherwise then is none of this period's.
            if shape is not None and len(codes) == len(shape.axes):
                found.update(coarser(shape, codes))
        return frozenset(found)

    async def _dims(self, table: PublicTable, period: str) -> tuple[tuple[Divided, ...], ...]:
        """Dimensions of each measure of a table."""
        lists = {name: await self._list(table, name, period) for name in table.by if name in LISTED}
        return tuple(tuple(divided(measure, name, self.region, lists.get(name, ())) for name in table.by) for measure in table.measures)

    async def _rows(self, measure: Counted, axes: Sequence[Divided], first: date, last: date, years: bool) -> list[Any]:
        if measure.kind == BEDS:
            return beds(self.region, first, last)
        inner, outer = pads(self.secret.seed)
        blank = [None] * (DIMENSIONS - len(axes))
        asked = self.cutoff.isoformat(), first.isoformat(), last.isoformat(), rates_json(), WHOLE
        await self.connection.fetchval(SQL.ask_of, *asked)
        if measure.window is not None:
            first = last - timedelta(days=measure.window) if measure.window else date.min
        centres = self.region.centres
        key = _KEYED.get(measure.unit, measure.unit).encode() + b"\0"
        only = {**measure.only, **measure.narrowed}
        params = (
            measure.kind, first, last, ["D", "M", "Y"] if years else ["D", "M"], [c.code for c in centres], [c.area for c in centres],
            self.cutoff, measure.unit, inner, outer, key, [*(each.column for each in axes), *blank],
            *(list(each.axis.codes) for each in axes), *blank, [*(each.rest for each in axes), *("_U" for _ in blank)],
            json.dumps(only), measure.outcome, measure.latest, measure.figure != "count",
        )  # fmt: skip
        return list(await self.connection.fetch(SQL.count, *params))

    async def _list(self, table: PublicTable, name: str, period: str) -> tuple[str, ...]:
        """Codes with a row of their own this year: fixed the first time that a release of the year asks."""
        year = int(period[:4])
        if (fixed := await self.connection.fetchval(SQL.country_list, year, table.name, name)) is not None:
            return tuple(fixed)
        measure = table.measures[-1]
        known = tuple(sorted(code for code in labels(LISTED[name]) if code != "XXX"))
        axis = divided(measure, name, self.region, known)
        rows = await self._rows(measure, (axis,), date(year - 1, 1, 1), date(year - 1, 12, 31), True)
        codes = sorted(row[0] for row in rows if row["n"] >= ENOUGH and row[0] in known)
        await self.connection.execute(SQL.keep_country_list, year, table.name, name, codes)
        return tuple(codes)


def beds(region: Region, first: date, last: date) -> list[dict[str | int, Any]]:
    """Bed-nights that units offer which are no safe houses, by province of the centre and in all: by the region's file."""
    nights = (last - first).days + 1
    offered: dict[str, list[float]] = {}
    for centre in region.centres:
        for unit in centre.units:
            if unit.kind is not UnitKind.SAFE:
                for place in (centre.area, TOTAL):
                    offered.setdefault(place, []).append(float(unit.capacity * nights))
    return [{"codes": (place,), "contributors": len(parts), "parts": tuple(parts)} for place, parts in offered.items()]


def _grid(table: PublicTable, measure: Counted, axes: tuple[Divided, ...], rows: Sequence[Any]) -> Grid:
    cells = {tuple(row)[: len(axes)]: Count(row["n"], row["contributors"], row["ksum"]) for row in rows}
    return Grid(
        table.name, measure.code, tuple(each.axis for each in axes), measure.universe, cells,
        only=frozenset((column, code) for column, codes in measure.narrowed.items() for code in codes),
        sensitive=table.klass == "S", additive=measure.additive,
    )  # fmt: skip


def _valued(table: PublicTable, measure: Counted, axes: tuple[Divided, ...], rows: Sequence[Any]) -> Valued:
    if measure.kind == BEDS:
        cells = {row["codes"]: Values(row["contributors"], row["parts"]) for row in rows}
    else:
        cells = {tuple(row)[: len(axes)]: Values(row["contributors"], tuple(row["parts"])) for row in rows}
    return Valued(table.name, measure.code, tuple(each.axis for each in axes), measure.figure, cells)
