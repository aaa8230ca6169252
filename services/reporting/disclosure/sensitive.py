"""G6: in a sensitive table no row may say of everybody in it what they are (statistics chapter, section 8). Pure."""

from collections.abc import Collection, Mapping, Sequence

from services.reporting.disclosure.cells import HIDDEN, TOTAL, Codes, Grid, Protected


def hide_uniform_rows(grid: Grid, shown: Protected) -> set[Codes]:
    """Hide, in place, each row whose contributors all fall in one category of a sensitive axis; returns what was hidden.

    The zeros of such a row go too: beside them the total would say the same.
    """
    hidden: set[Codes] = set()
    if not grid.sensitive:
        return hidden
    for place, axis in enumerate(grid.axes):
        if not axis.sensitive:
            continue
        for codes in grid.every():
            if codes[place] != TOTAL:
                continue
            row = [(*codes[:place], code, *codes[place + 1 :]) for code in axis.all]
            if sum(grid[each].contributors > 0 for each in row[:-1]) == 1:
                hidden.update(row)
    for codes in hidden:
        shown[codes] = HIDDEN
    return hidden


def uniform_shares(
    grids: Sequence[Grid], shares: Collection[tuple[tuple[str, str], tuple[str, str]]]
) -> Mapping[tuple[str, str], frozenset[Codes]]:
    """Parts of sensitive shares, by table and measure, that are everybody or nobody of their whole: those cells are not shown."""
    by_name = {(grid.table, grid.measure): grid for grid in grids}
    found: dict[tuple[str, str], frozenset[Codes]] = {}
    for part, whole in shares:
        if part in by_name and by_name[part].sensitive:
            one, all_ = by_name[part], by_name[whole]
            found[part] = frozenset(codes for codes, count in all_.cells.items() if one[codes].contributors in (0, count.contributors))
    return found
