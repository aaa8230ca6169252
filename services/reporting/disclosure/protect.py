"""G3 and G4: perturb every cell by its own key, then hide what rests on few (statistics chapter, section 8). Pure.

A revision keeps what it may not change: a figure is replaced only if its true count moved by ten or more (section 8, Time), from
every count that a figure of it ever had.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from services.reporting.disclosure.cells import HIDDEN, ZERO, Codes, Count, Grid, Protected, Shown, Status
from services.reporting.disclosure.ptable import PTable

CHANGE = 10
"""Two editions never differ by fewer."""


class Kept(NamedTuple):
    """A cell of an edition before. behind: the true count that it was made of; shown: what was published."""

    behind: Count
    shown: Shown


def protect(grid: Grid, table: PTable, before: Mapping[Codes, Sequence[Kept]] | None = None) -> Protected:
    """Every cell of the grid as it may be shown by itself. before: all editions, the newest first, for a revision."""
    kept = before or {}
    return {codes: old.shown if (old := stays(grid[codes], kept.get(codes, ()))) else _shown(grid, codes, table) for codes in grid.every()}


def stays(count: Count, before: Sequence[Kept]) -> Kept | None:
    """The old cell that a revision has to show again, if there is one.

    Not that of the last edition alone: a count that moves there and back would come out beside what it was first, one person off.
    """
    return next((old for old in before if abs(count.n - old.behind.n) < CHANGE), None)


def perturbed(count: Count, table: PTable) -> int:
    """G3. A true zero stays zero."""
    return count.n + table.noise(count.n, count.ksum)


def _shown(grid: Grid, codes: Codes, table: PTable) -> Shown:
    count = grid[codes]
    v = perturbed(count, table)
    if v == 0:
        return ZERO
    if min(count.contributors, count.n, v) < grid.threshold:
        return HIDDEN
    return Shown(v, Status.SHOWN)
