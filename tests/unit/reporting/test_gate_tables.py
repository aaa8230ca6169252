"""G3 to G9 over every table that may be published, with units that are made up: no indicator is forgotten."""

from __future__ import annotations

from functools import cache

import pytest

from services.reporting.disclosure.cells import HIDDEN, TOTAL, Status, coarser, name_of
from services.reporting.disclosure.derived import FEWEST
from services.reporting.disclosure.gate import Passed, passed
from services.reporting.disclosure.protect import perturbed
from services.reporting.disclosure.ptable import make
from services.reporting.indicators.public import TABLES, of_frequency
from services.reporting.pages import content
from services.reporting.releases.render import sensitive_shares
from tests.harness.releases import Drawn, drawn

TABLE = make(5, 3.0)


@cache
def release(frequency: str, size: int, seed: int) -> tuple[Drawn, Passed]:
    made = drawn(of_frequency(frequency), size, seed)  # type: ignore[arg-type]
    return made, passed(made.grids, TABLE, TABLES, {}, made.valued, sensitive_shares(made.divisions))


@pytest.mark.parametrize(("frequency", "size", "seed"), [("M", 400, 1), ("M", 12, 2), ("Q", 60, 3), ("A", 150, 4)])
def test_every_figure_of_a_release_keeps_the_rules(frequency: str, size: int, seed: int) -> None:
    made, out = release(frequency, size, seed)
    zeros = set()
    for grid in made.grids:
        for codes, cell in out.shown.get((grid.table, grid.measure), {}).items():
            whole = codes if len(codes) == len(grid.axes) else (*codes, TOTAL)
            count = grid[whole]
            if cell.zero:
                zeros.add(name_of(grid, whole))
                assert count.n <= TABLE.bound
            elif cell.status is Status.SHOWN:
                assert cell.value == perturbed(count, TABLE)
                assert min(cell.value, count.n, count.contributors) >= grid.threshold
            else:
                assert cell == HIDDEN
    for grid in made.grids:
        for codes, cell in out.shown.get((grid.table, grid.measure), {}).items():
            whole = codes if len(codes) == len(grid.axes) else (*codes, TOTAL)
            assert cell.zero or not zeros.intersection(coarser(grid, whole)), (grid.table, whole)
    for each in made.valued:
        for codes, cell in out.shown.get((each.table, each.measure), {}).items():
            whole = codes if len(codes) == len(each.axes) else (*codes, TOTAL)
            assert cell == HIDDEN or each.figure == "plain" or each[whole].contributors >= FEWEST
    told = {name for name, _ in out.shown} | {*out.withheld}
    assert told == {table.name for table in of_frequency(frequency)}  # type: ignore[arg-type]


def test_no_sensitive_share_is_of_everybody_or_nobody() -> None:
    made, out = release("A", 150, 4)
    by_name = {(grid.table, grid.measure): grid for grid in made.grids}
    for part, whole in sensitive_shares(made.divisions):
        for codes, cell in out.shown.get(part, {}).items():
            full = codes if len(codes) == len(by_name[part].axes) else (*codes, TOTAL)
            everybody = by_name[whole][full].contributors
            assert cell == HIDDEN or not everybody or by_name[part][full].contributors not in (0, everybody), (part, codes)


def test_a_rate_of_incidents_is_not_hidden_as_a_share_of_people_would_be() -> None:
    """Twelve incidents among twelve clients, and none among thirty, say of nobody that it was them."""
    table = TABLES["I23A"]
    assert table.klass == "S"
    assert sensitive_shares([table.name]) == []
    shares = {name for name, each in TABLES.items() if each.klass == "S" and each.shares}
    assert {part[0] for part, _ in sensitive_shares(TABLES)} == shares - {"I23A"}


def test_every_table_has_a_section_of_the_page() -> None:
    placed = {number for _, numbers in content.SECTIONS for number in numbers}
    assert {table.indicator for table in TABLES.values() if table.klass != "S"} <= placed
