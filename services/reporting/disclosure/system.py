"""All that links the cells of a block, as rows of a linear system over its finest cells (statistics chapter, section 8). Pure.

Unknowns are the true counts of the finest cells of each grid. Rows: every published cell is the sum of the finest cells in
it; grids that count the same agree wherever both can say it; a part is no more than its whole. What a reader knows of a
published cell are the bounds of its row.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import inf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from services.reporting.disclosure.cells import TOTAL, Axis, Codes, Grid
from services.reporting.disclosure.intervals import Bounds

Place = tuple[int, Codes]
"""A published cell: number of its grid in the block, and its codes."""

Rows = list[tuple[list[int], list[float]]]


@dataclass(frozen=True, slots=True)
class System:
    """matrix: rows by unknowns, the published cells first, in the order of `places`; links: bounds of the rows after them."""

    places: Mapping[Place, int]
    matrix: csr_array
    links: tuple[Bounds, ...]

    def row(self, place: Place) -> NDArray[np.float64]:
        dense: NDArray[np.float64] = self.matrix[[self.places[place]]].toarray()[0]
        return dense


def system(grids: Sequence[Grid]) -> System:
    """The rows of a block of linked grids."""
    unknowns: list[dict[Codes, int]] = []
    size = 0
    for grid in grids:
        finest = {codes: size + i for i, codes in enumerate(product(*(_fine(axis) for axis in grid.axes)))}
        unknowns.append(finest)
        size += len(finest)
    rows: Rows = []
    places: dict[Place, int] = {}
    for number, grid in enumerate(grids):
        for codes in grid.every():
            places[number, codes] = len(rows)
            inside = [unknowns[number][each] for each in beneath(grid, codes)]
            rows.append((inside, [1.0] * len(inside)))
    links: list[Bounds] = []
    for number, grid in enumerate(grids):
        _overlap(grid, unknowns[number], rows, links)
    for one, other in combinations(range(len(grids)), 2):
        _agree(grids, unknowns, one, other, rows, links)
    columns = np.concatenate([np.array(row[0], dtype=np.int64) for row in rows])
    values = np.concatenate([np.array(row[1]) for row in rows])
    starts = np.concatenate([[0], np.cumsum([len(row[0]) for row in rows])])
    return System(places, csr_array((values, columns, starts), shape=(len(rows), size)), tuple(links))


def beneath(grid: Grid, codes: Codes) -> Iterator[Codes]:
    """The finest cells of which a cell is the sum."""
    return product(*(_summed(axis, code) for axis, code in zip(grid.axes, codes, strict=True)))


class Shared(NamedTuple):
    """An axis by which two grids can both be divided: its place in either, and how their codes become the common one."""

    one: int
    other: int
    of_one: Mapping[str, str]
    of_other: Mapping[str, str]


def common(one: Grid, other: Grid) -> list[Shared]:
    """All such axes; codes that stand in no mapping are common as they are."""
    found: list[Shared] = []
    for (i, a), (j, b) in product(enumerate(one.axes), enumerate(other.axes)):
        if a.many or b.many:
            continue
        if a.name == b.name:
            found.append(Shared(i, j, {}, {}))
        elif b.name in a.within:
            found.append(Shared(i, j, a.within[b.name], {}))
        elif a.name in b.within:
            found.append(Shared(i, j, {}, b.within[a.name]))
    return found


def _fine(axis: Axis) -> Codes:
    """A unit in several codes is no sum of them: the total is an unknown of its own."""
    return (*axis.codes, TOTAL) if axis.many else axis.codes


def _summed(axis: Axis, code: str) -> Codes:
    return axis.codes if code == TOTAL and not axis.many else (code,)


def _overlap(grid: Grid, unknowns: Mapping[Codes, int], rows: Rows, links: list[Bounds]) -> None:
    """Of an axis with several codes a unit: none holds more than the total, all together no fewer."""
    for place, axis in enumerate(grid.axes):
        if not axis.many:
            continue
        for codes, total in unknowns.items():
            if codes[place] != TOTAL:
                continue
            parts = [unknowns[*codes[:place], code, *codes[place + 1 :]] for code in axis.codes]
            for part in parts:
                rows.append(([part, total], [1.0, -1.0]))
                links.append(Bounds(-inf, 0))
            rows.append(([*parts, total], [1.0] * len(parts) + [-1.0]))
            links.append(Bounds(0, inf))


def _agree(grids: Sequence[Grid], unknowns: Sequence[Mapping[Codes, int]], one: int, other: int, rows: Rows, links: list[Bounds]) -> None:
    a, b = grids[one], grids[other]
    if a.universe != b.universe or not (a.only <= b.only or b.only <= a.only):
        return
    shared = common(a, b)
    sums: dict[Codes, tuple[list[int], list[float]]] = {}
    views = {one: [(each.one, each.of_one) for each in shared], other: [(each.other, each.of_other) for each in shared]}
    for number, sign in ((one, 1.0), (other, -1.0)):
        grid = grids[number]
        for codes, unknown in unknowns[number].items():
            if any(axis.many and code != TOTAL for axis, code in zip(grid.axes, codes, strict=True)):
                continue
            key = tuple(view.get(codes[place], codes[place]) for place, view in views[number])
            columns, values = sums.setdefault(key, ([], []))
            columns.append(unknown)
            values.append(sign)
    bounds = Bounds(0, 0) if a.only == b.only else Bounds(-inf, 0) if b.only < a.only else Bounds(0, inf)
    for row in sums.values():
        rows.append(row)
        links.append(bounds)
