"""G8, first pass: could one and the same person come or go, k times over, and nothing published would differ? Pure.

A move puts k more (or fewer) units of one description into every grid of the block. Each grid says how far its finest cells
can go; a description that fits all of them goes as far as the least of them. Who comes or goes stands in one finest cell of
each grid: no excess changes.
"""

from collections.abc import Mapping, Sequence
from itertools import product
from math import inf

from services.reporting.disclosure.cells import TOTAL, Codes, Grid
from services.reporting.disclosure.intervals import Bounds
from services.reporting.disclosure.system import Place, common, too_many

Reach = tuple[float, float]
"""(up, down)"""


class Moves:
    """Reach of the finest cells of a block, worked out once."""

    def __init__(self, grids: Sequence[Grid], known: Mapping[Place, Bounds]) -> None:
        self._grids = grids
        self._reach = [_reaches(number, grid, known) for number, grid in enumerate(grids)]

    def values(self, place: Place, enough: int) -> float:
        """A lower bound of how many true counts the cell may have; stops looking at `enough`."""
        number, codes = place
        best = 1.0
        for fine in product(
            *(axis.codes if code == TOTAL else (code,) for axis, code in zip(self._grids[number].axes, codes, strict=True))
        ):
            up, down = self._described(number, fine)
            best = max(best, up + down + 1)
            if best >= enough:
                break
        return best

    def _described(self, number: int, fine: Codes) -> Reach:
        """Reach of somebody in this finest cell who is described in every other grid where there is most room."""
        chosen: dict[int, Codes] = {number: fine}
        up, down = self._reach[number][fine]
        for other, grid in enumerate(self._grids):
            if other in chosen or up + down < 1:
                continue
            best: tuple[float, Reach, Codes] | None = None
            for codes in product(*_fitting(self._grids, chosen, other)):
                room = self._reach[other][codes]
                both = min(up, room[0]), min(down, room[1])
                if best is None or sum(both) > best[0]:
                    best = sum(both), both, codes
                    if both == (up, down):
                        break
            if best is None:
                return 0, 0
            _, (up, down), chosen[other] = best
            assert len(chosen[other]) == len(grid.axes)
        return up, down


def _fitting(grids: Sequence[Grid], chosen: Mapping[int, Codes], other: int) -> list[Codes]:
    """For each axis of a grid the codes that agree with what the others say already."""
    grid = grids[other]
    options: list[set[str]] = [set(axis.codes) for axis in grid.axes]
    for number, codes in chosen.items():
        for shared in common(grids[number], grid):
            said = shared.of_one.get(codes[shared.one], codes[shared.one])
            options[shared.other] &= {code for code in grid.axes[shared.other].codes if shared.of_other.get(code, code) == said}
    return [tuple(code for code in axis.codes if code in allowed) for axis, allowed in zip(grid.axes, options, strict=True)]


def _reaches(number: int, grid: Grid, known: Mapping[Place, Bounds]) -> dict[Codes, Reach]:
    """How far each finest cell can go until a published cell above it leaves its bounds, or there is nobody left, or fewer
    in a total than in another part of it."""
    found: dict[Codes, Reach] = {}
    crowded = {codes for codes in grid.every() if TOTAL in codes and too_many(grid, codes)}
    for fine in product(*(axis.codes for axis in grid.axes)):
        up, down = inf, float(grid[fine].n)
        for codes in product(*((code, TOTAL) if axis.total else (code,) for axis, code in zip(grid.axes, fine, strict=True))):
            n, bounds = grid[codes].n, known[number, codes]
            up, down = min(up, bounds.high - n), min(down, n - bounds.low)
            if codes in crowded:
                down = min(down, n - _most_beside(grid, fine, codes))
        found[fine] = max(0.0, up), max(0.0, down)
    return found


def _most_beside(grid: Grid, fine: Codes, total: Codes) -> int:
    """The largest part of a total, along any of its axes, that does not hold the finest cell."""
    return max(
        grid[*total[:place], code, *total[place + 1 :]].n
        for place, axis in enumerate(grid.axes)
        for code in (axis.codes if total[place] == TOTAL else ())
        if code != fine[place]
    )
