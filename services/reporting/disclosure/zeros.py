"""G5: a zero above anything that is not zero would tell how small that is (statistics chapter, section 8). Pure."""

from collections.abc import Collection, Sequence

from services.reporting.disclosure.cells import HIDDEN, CellName, Codes, Grid, Protected, coarser, name_of


def hide_zeros_above(grids: Sequence[Grid], shown: Sequence[Protected], under: Collection[CellName] = ()) -> set[tuple[int, Codes]]:
    """From fine to coarse, over all linked tables: the zero goes, in place. Returns which went, by number of the grid.

    under: what is above cells of shorter periods that are not zero.
    """
    above = set(under)
    for grid, cells in zip(grids, shown, strict=True):
        for codes, cell in cells.items():
            if not cell.zero:
                above.update(coarser(grid, codes))
    hidden = set()
    for number, (grid, cells) in enumerate(zip(grids, shown, strict=True)):
        for codes, cell in cells.items():
            if cell.zero and name_of(grid, codes) in above:
                cells[codes] = HIDDEN
                hidden.add((number, codes))
    return hidden
