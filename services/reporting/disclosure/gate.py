"""The gate: true counts in, what may be published out. The only way from one to the other (statistics chapter, section 8).

    G1 allow-list   G2 counts (come with the grids)   G3 perturb, G4 status   G5 zeros   G6 sensitive rows
    G7 derived      G8 audit                          G9 repair

Pure: the same grids and the same p-table give the same cells, on any machine, in any year.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from services.reporting.disclosure.cells import HIDDEN, TOTAL, CellName, Codes, Grid, Protected
from services.reporting.disclosure.derived import Valued, figures
from services.reporting.disclosure.protect import Kept, protect, stays
from services.reporting.disclosure.ptable import PTable
from services.reporting.disclosure.repair import Draft, repaired
from services.reporting.disclosure.sensitive import hide_uniform_rows, uniform_shares
from services.reporting.disclosure.zeros import hide_zeros_above

METHOD = "gate-1"

MOST_AXES = 4
"""Three dimensions and one area."""

Key = tuple[str, str]
"""Table and measure."""

Before = Mapping[Key, Mapping[Codes, Sequence[Kept]]]
"""Cells of all editions before, the newest first."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Passed:
    """What may be published. shown: by table and measure; withheld: tables that could not be made safe; coarsened: those that
    lost their last dimension for this period."""

    shown: Mapping[Key, Protected]
    withheld: tuple[str, ...] = ()
    coarsened: tuple[str, ...] = ()
    rounds: int = field(default=0, compare=False)


def passed(
    grids: Sequence[Grid],
    table: PTable,
    allowed: Collection[str],
    before: Before | None = None,
    valued: Sequence[Valued] = (),
    shares: Collection[tuple[Key, Key]] = (),
    under: Collection[CellName] = (),
) -> Passed:
    """Take everything of a release through the gate.

    allowed: names of the public tables. before: true counts and cells of all editions, for a revision. valued: what is
    made of values in place of counts. shares: part and whole, where a part that is nobody or everybody says what each one is.
    under: cells above those that releases of the months and quarters inside this period do not show as 0.
    Raises ValueError for a table that is not on the list or has too many dimensions: nothing is published by accident.
    """
    named = [(grid.table, grid.axes) for grid in grids] + [(each.table, each.axes) for each in valued]
    for name, axes in named:
        if name not in allowed or len(axes) > MOST_AXES:
            raise ValueError(f"{name} is not a table that may be published")
    shown: dict[Key, Protected] = {}
    withheld: set[str] = set()
    coarsened: set[str] = set()
    rounds = 0
    uniform = uniform_shares(grids, shares)
    for universe in sorted({grid.universe for grid in grids}):
        block = [grid for grid in grids if grid.universe == universe]
        done = repaired(block, lambda linked: _draft(linked, table, before or {}, uniform, under), table.bound)
        shown |= {(grid.table, grid.measure): cells for grid, cells in zip(done.grids, done.shown, strict=True)}
        withheld.update(done.withheld)
        coarsened.update(done.coarsened)
        rounds += done.rounds
    for each in valued:
        shown[each.table, each.measure] = figures(each, (before or {}).get((each.table, each.measure), {}))
    # A table loses its last dimension, or goes, with all its measures, whichever of them could not be made safe.
    width = {name: len(axes) - (name in coarsened) for name, axes in named}
    safe = {key: _narrowed(cells, width[key[0]]) for key, cells in shown.items() if key[0] not in withheld}
    return Passed(safe, tuple(sorted(withheld)), tuple(sorted(coarsened - withheld)), rounds)


def _draft(
    grids: Sequence[Grid], table: PTable, before: Before, uniform: Mapping[Key, frozenset[Codes]], under: Collection[CellName] = ()
) -> Draft:
    """G3 to G6 over the linked grids of a block."""
    shown: list[Protected] = []
    kept: set[tuple[int, Codes]] = set()
    hidden: set[tuple[int, Codes]] = set()
    for number, grid in enumerate(grids):
        old = _narrowed(before.get((grid.table, grid.measure), {}), len(grid.axes))
        shown.append(protect(grid, table, old))
        for codes in grid.every():
            if again := stays(grid[codes], old.get(codes, ())):
                kept.add((number, codes))
                # Blank though it is no small count: G6 or G9 hid it then, and its bounds are not those of a few.
                if again.shown == HIDDEN and again.behind.n >= grid.threshold + table.bound:
                    hidden.add((number, codes))
    hide_zeros_above(grids, shown, under)
    hidden |= {(number, codes) for number, grid in enumerate(grids) for codes in hide_uniform_rows(grid, shown[number])}
    for number, grid in enumerate(grids):
        told = dict.fromkeys(uniform.get((grid.table, grid.measure), ()))
        for codes in _narrowed(told, len(grid.axes)).keys() & shown[number].keys():
            shown[number][codes] = HIDDEN
            hidden.add((number, codes))
    # What G6 hid under a zero would be known for what it is: a few who are all alike.
    hidden |= hide_zeros_above(grids, shown)
    return Draft(list(grids), shown, hidden, kept)


def _narrowed(cells: Mapping[Codes, T], width: int) -> dict[Codes, T]:
    """The cells of a table that may have lost its last dimension, of which the total alone remains."""
    return {codes[:width]: cell for codes, cell in cells.items() if len(codes) == width or codes[-1] == TOTAL}
