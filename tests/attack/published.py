"""A year of releases as a reader sees it, and what the reader works out of it. Only `truth` is hidden from attackers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from services.reporting.disclosure.audit import Block
from services.reporting.disclosure.cells import Axis, CellName, Codes, Grid, Protected, coarser, name_of
from services.reporting.disclosure.gate import passed
from services.reporting.disclosure.intervals import bounds
from services.reporting.disclosure.ptable import PTable, make
from tests.harness.population import MONTH, MONTHS, NEW_CLIENTS, QUARTER, QUARTER_OF, QUARTERS, people, year
from tests.harness.population import grid as counted_by

TABLE = make(5, 3.0)
TIMES = (MONTH, QUARTER)


@dataclass(frozen=True)
class Year:
    """grids: shape of the tables, and the truth; shown: the published figures by table."""

    grids: Sequence[Grid]
    shown: Mapping[str, Protected]
    table: PTable = TABLE

    @classmethod
    def of(cls, size: int, seed: int = 7, tables: Mapping[str, tuple[Axis, ...]] = NEW_CLIENTS) -> Year:
        """As it is published: each month, each quarter and the year in a release of its own, one after the other."""
        everybody = people(size, seed)
        grids = year(everybody, tables)
        shown: dict[str, Protected] = {each.table: {} for each in grids}
        known: dict[str, set[CellName]] = {}
        periods = [("MONTH", at, {at}) for at in MONTHS]
        periods += [("QUARTER", at, {month for month in MONTHS if QUARTER_OF[month] == at} | {at}) for at in QUARTERS]
        for time, at, inside in [*periods, ("", "", {*MONTHS, *QUARTERS})]:
            own = {each.table: each.axes[bool(time) :] for each in grids if (each.axes[0].name if each.axes[0] in TIMES else "") == time}
            counted = [counted_by(name, axes, [p for p in everybody if not time or at in p.codes[time]]) for name, axes in own.items()]
            done = passed(counted, TABLE, own, under={name for each in inside for name in known.get(each, ())})
            assert not done.withheld
            assert not done.coarsened
            for each in counted:
                cells = done.shown[each.table, ""]
                shown[each.table] |= {((at, *codes) if time else codes): cell for codes, cell in cells.items()}
                known.setdefault(at, set()).update(name for codes, cell in cells.items() if not cell.zero for name in coarser(each, codes))
        return cls(grids, shown)

    def truth(self, table: str, codes: Codes) -> int:
        return next(grid for grid in self.grids if grid.table == table)[codes].n

    @cached_property
    def figures(self) -> dict[CellName, list[int]]:
        """Published figures of status A by what they count; more than one where tables disagree."""
        found: dict[CellName, list[int]] = {}
        for grid in self.grids:
            for codes, cell in self.shown[grid.table].items():
                if cell.value:
                    found.setdefault(name_of(grid, codes), []).append(int(cell.value))
        return found

    @cached_property
    def true(self) -> dict[CellName, int]:
        return {name_of(grid, codes): grid[codes].n for grid in self.grids for codes in grid.every()}

    def block(self, reach: int) -> Block:
        """All that an attacker can write down about a year, if noise is bounded by `reach`."""
        known = {
            (i, codes): bounds(grid, self.shown[grid.table], codes, reach, repaired=set(), kept=set())
            for i, grid in enumerate(self.grids)
            for codes in grid.every()
        }
        return Block.of(self.grids, known)


def probabilities(table: PTable, n: int) -> dict[int, float]:
    """Of each noise, for a true count: the p-table is public."""
    d, cumulative = table.rows[min(n, max(table.rows))]
    weights = np.diff(cumulative, prepend=0) / cumulative[-1]
    return dict(zip(d.tolist(), weights.tolist(), strict=True))
