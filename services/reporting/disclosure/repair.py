"""G9: what the audit finds exposed is mended by hiding more, as little as will do (statistics chapter, section 8). Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from services.reporting.disclosure.audit import Block, exposed
from services.reporting.disclosure.cells import HIDDEN, TOTAL, Codes, Grid, Protected, Status, name_of
from services.reporting.disclosure.intervals import Bounds, bounds
from services.reporting.disclosure.system import Place

ROUNDS = 20


@dataclass(slots=True)
class Draft:
    """A block on its way. hidden: by G6 or G9; kept: cells that a revision left as they were."""

    grids: list[Grid]
    shown: list[Protected]
    hidden: set[Place] = field(default_factory=set)
    kept: set[Place] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Repaired:
    grids: tuple[Grid, ...]
    shown: tuple[Protected, ...]
    withheld: frozenset[str] = frozenset()
    coarsened: frozenset[str] = frozenset()
    rounds: int = 0


def repaired(grids: Sequence[Grid], draft: Callable[[Sequence[Grid]], Draft], reach: int) -> Repaired:
    """A block that passes its audit. draft: G3 to G6. reach: the noise's bound.

    Where hiding does not help, the table of an exposed cell first loses its last dimension, then goes.
    """
    left = list(grids)
    withheld: set[str] = set()
    coarsened: set[str] = set()
    rounds = 0
    while left:
        now = draft(left)
        failing, used = _mended(now, reach)
        rounds += used
        if not failing:
            return Repaired(tuple(now.grids), tuple(now.shown), frozenset(withheld), frozenset(coarsened), rounds)
        for table in sorted({now.grids[number].table for number, _ in failing}):
            if table in coarsened or not any(_divisible(grid) for grid in left if grid.table == table):
                withheld.add(table)
                left = [grid for grid in left if grid.table != table]
            else:
                coarsened.add(table)
                left = [_coarse(grid) if grid.table == table else grid for grid in left]
    return Repaired((), (), frozenset(withheld), frozenset(coarsened), rounds)


def _mended(now: Draft, reach: int) -> tuple[list[Place], int]:
    """Hide more until the audit passes; returns what still fails after all rounds, and how many were needed."""
    block: Block | None = None
    for used in range(ROUNDS + 1):
        known = _known(now, reach)
        block = block.knowing(known) if block else Block.of(now.grids, known)
        places = [
            (number, codes) for number, cells in enumerate(now.shown) for codes, cell in cells.items() if cell.status is Status.HIDDEN
        ]
        failing = exposed(block, places)
        if not failing or used == ROUNDS:
            return failing, used
        if not any([_hide_beside(now, place) for place in failing]):
            return failing, used
    raise AssertionError("unreachable")


def _known(now: Draft, reach: int) -> dict[Place, Bounds]:
    known: dict[Place, Bounds] = {}
    for number, (grid, cells) in enumerate(zip(now.grids, now.shown, strict=True)):
        hidden = {codes for at, codes in now.hidden if at == number}
        kept = {codes for at, codes in now.kept if at == number}
        known |= {(number, codes): bounds(grid, cells, codes, reach, repaired=hidden, kept=kept) for codes in grid.every()}
    return known


def _hide_beside(now: Draft, place: Place) -> bool:
    """The smallest figure beside an exposed cell goes, else a total above it; everywhere it is published."""
    number, codes = place
    for candidates in (_siblings(now.grids[number], codes), _parents(now.grids[number], codes)):
        figures = [(cell.value, each) for each in candidates if (cell := now.shown[number][each]).status is Status.SHOWN]
        if figures:
            _, smallest = min(figures, key=lambda figure: (figure[0] == 0, figure[0], figure[1]))
            _hide(now, number, smallest)
            return True
    return False


def _hide(now: Draft, number: int, codes: Codes) -> None:
    name = name_of(now.grids[number], codes)
    for other, grid in enumerate(now.grids):
        for each in now.shown[other]:
            if name_of(grid, each) == name:
                now.shown[other][each] = HIDDEN
                now.hidden.add((other, each))


def _siblings(grid: Grid, codes: Codes) -> Iterator[Codes]:
    for place, axis in enumerate(grid.axes):
        if codes[place] != TOTAL:
            yield from ((*codes[:place], code, *codes[place + 1 :]) for code in axis.codes if code != codes[place])


def _parents(grid: Grid, codes: Codes) -> Iterator[Codes]:
    for place, axis in enumerate(grid.axes):
        if codes[place] != TOTAL and axis.total:
            yield (*codes[:place], TOTAL, *codes[place + 1 :])


def _divisible(grid: Grid) -> bool:
    return len(grid.axes) > 1 and grid.axes[-1].total and bool(grid.axes[-1].codes)


def _coarse(grid: Grid) -> Grid:
    """Without its last axis, of which the total alone remains."""
    if not _divisible(grid):
        return grid
    cells = {codes[:-1]: count for codes, count in grid.cells.items() if codes[-1] == TOTAL}
    return replace(grid, axes=grid.axes[:-1], cells=cells)
