"""All that links the cells of a block, as rows of a linear system over its finest cells (statistics chapter, section 8). Pure.

Unknowns are the true counts of the finest cells of each grid. Rows: every published cell is the sum of the finest cells in
it, less its excess; grids that count the same agree wherever both can say it; a part is no more than its whole. What a reader
knows of a published cell are the bounds of its row.

A person may stand in several finest cells: had two services, came to two sites, had a birthday in between. The excess is by
how much such cells add up to more than there are people. The attacker knows everything but the seed, hence the excess too:
links stay equations, so that the audit is never weaker than it, and the truth always fits them.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import inf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from services.reporting.disclosure.cells import TOTAL, Codes, Grid
from services.reporting.disclosure.intervals import Bounds

Place = tuple[int, Codes]
"""A published cell: number of its grid in the block, and its codes."""

Rows = list[tuple[list[int], list[float]]]


@dataclass(frozen=True, slots=True)
class System:
    """matrix: rows by unknowns, the published cells first, in the order of `places`; excess: of each of them; links: bounds of
    the rows after them."""

    places: Mapping[Place, int]
    matrix: csr_array
    excess: tuple[int, ...]
    links: tuple[Bounds, ...]

    def row(self, place: Place) -> NDArray[np.float64]:
        dense: NDArray[np.float64] = self.matrix[[self.places[place]]].toarray()[0]
        return dense


def system(grids: Sequence[Grid]) -> System:
    """The rows of a block of linked grids."""
    unknowns: list[dict[Codes, int]] = []
    size = 0
    for grid in grids:
        finest = {codes: size + i for i, codes in enumerate(product(*(axis.codes for axis in grid.axes)))}
        unknowns.append(finest)
        size += len(finest)
    rows: Rows = []
    places: dict[Place, int] = {}
    excess: list[int] = []
    for number, grid in enumerate(grids):
        for codes in grid.every():
            places[number, codes] = len(rows)
            excess.append(too_many(grid, codes))
            inside = [unknowns[number][each] for each in beneath(grid, codes)]
            rows.append((inside, [1.0] * len(inside)))
    links: list[Bounds] = []
    for number, grid in enumerate(grids):
        _within(grid, unknowns[number], rows, links)
    for one, other in combinations(range(len(grids)), 2):
        _agree(grids, unknowns, one, other, rows, links)
    columns = np.concatenate([np.array(row[0], dtype=np.int64) for row in rows])
    values = np.concatenate([np.array(row[1]) for row in rows])
    starts = np.concatenate([[0], np.cumsum([len(row[0]) for row in rows])])
    return System(places, csr_array((values, columns, starts), shape=(len(rows), size)), tuple(excess), tuple(links))


def beneath(grid: Grid, codes: Codes) -> Iterator[Codes]:
    """The finest cells that are part of a cell."""
    return product(*(axis.codes if code == TOTAL else (code,) for axis, code in zip(grid.axes, codes, strict=True)))


def too_many(grid: Grid, codes: Codes) -> int:
    """By how much the finest cells of a cell add up to more than it holds."""
    return sum(grid[each].n for each in beneath(grid, codes)) - grid[codes].n


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
        if a.name == b.name:
            found.append(Shared(i, j, {}, {}))
        elif b.name in a.within:
            found.append(Shared(i, j, a.within[b.name], {}))
        elif a.name in b.within:
            found.append(Shared(i, j, {}, b.within[a.name]))
    return found


def _within(grid: Grid, unknowns: Mapping[Codes, int], rows: Rows, links: list[Bounds]) -> None:
    """No part holds more than its total. Says something only where there is an excess: else it follows from the sums."""
    for codes in grid.every():
        more = too_many(grid, codes)
        if not more:
            continue
        for place, axis in enumerate(grid.axes):
            for code in axis.codes if codes[place] == TOTAL else ():
                part = (*codes[:place], code, *codes[place + 1 :])
                least = more - too_many(grid, part)
                if least > 0:
                    others = [unknowns[each] for each in beneath(grid, codes) if each[place] != code]
                    rows.append((others, [1.0] * len(others)))
                    links.append(Bounds(least, inf))


def _agree(grids: Sequence[Grid], unknowns: Sequence[Mapping[Codes, int]], one: int, other: int, rows: Rows, links: list[Bounds]) -> None:
    a, b = grids[one], grids[other]
    if a.universe != b.universe or not (a.only <= b.only or b.only <= a.only):
        return
    shared = common(a, b)
    sums: dict[Codes, tuple[list[int], list[float]]] = {}
    apart: Counter[Codes] = Counter()
    views = {one: [(each.one, each.of_one) for each in shared], other: [(each.other, each.of_other) for each in shared]}
    for number, sign in ((one, 1), (other, -1)):
        for codes, unknown in unknowns[number].items():
            key = tuple(view.get(codes[place], codes[place]) for place, view in views[number])
            columns, values = sums.setdefault(key, ([], []))
            columns.append(unknown)
            values.append(sign)
            apart[key] += sign * grids[number][codes].n
    for key, row in sums.items():
        rows.append(row)
        if a.only == b.only:
            links.append(Bounds(apart[key], apart[key]))
        else:
            links.append(Bounds(-inf, max(0, apart[key])) if b.only < a.only else Bounds(min(0, apart[key]), inf))
