"""A7: a sensitive table that says of everybody in a row what they are; a sum of which one household is most."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from services.reporting.disclosure import derived
from services.reporting.disclosure.cells import TOTAL, Axis, Count, Grid, Status
from services.reporting.disclosure.gate import passed
from tests.attack.published import TABLE
from tests.harness.population import AREA, PROVINCES

LEVEL = Axis("LEVEL", ("LOW", "MEDIUM", "HIGH"), sensitive=True)
TRUE = {
    (PROVINCES[0], "LOW"): 40, (PROVINCES[0], "HIGH"): 25, (PROVINCES[1], "HIGH"): 30,
    (PROVINCES[2], "MEDIUM"): 18, (PROVINCES[3], "LOW"): 12, (PROVINCES[3], "MEDIUM"): 14,
}  # fmt: skip


def table() -> Grid:
    cells: dict[tuple[str, ...], Count] = {}
    for (area, level), n in TRUE.items():
        for codes in ((area, level), (area, TOTAL), (TOTAL, level), (TOTAL, TOTAL)):
            old = cells.get(codes, Count())
            cells[codes] = Count(old.n + n, old.contributors + n, old.ksum + n * 48_611)
    return Grid("I20A", "", (AREA, LEVEL), "20", cells, sensitive=True)


def told_of_everybody() -> list[str]:
    """Provinces of which the release says that all who were screened are of one level."""
    shown = passed([table()], TABLE, {"I20A"}).shown["I20A", ""]
    found = []
    for area in PROVINCES:
        row = {code: shown[area, code] for code in LEVEL.codes}
        certain = [code for code, cell in row.items() if cell.value]
        if len(certain) == 1 and all(cell.zero for code, cell in row.items() if code not in certain):
            found.append(f"{area}: {certain[0]}")
    print(*found, sep="\n")
    return found


def shares_told() -> list[str]:
    """Provinces of which the release says that all, or none, of those who were asked are so."""
    whole = {(area,): Count(n, n, n * 48_611) for area, n in zip(PROVINCES, (40, 60, 30, 50), strict=True)}
    part = {(area,): Count(n, n, n * 48_611) for area, n in zip(PROVINCES, (40, 25, 0, 20), strict=True) if n}
    everybody = Grid("I05A", "DEN", (replace(AREA, total=False),), "05", whole, sensitive=True)
    those = replace(everybody, measure="NUM", cells=part, only=frozenset({("good", "true")}))
    shown = passed([those, everybody], TABLE, {"I05A"}, shares={(("I05A", "NUM"), ("I05A", "DEN"))}).shown
    percent = {area: derived.share(shown["I05A", "NUM"][area,], shown["I05A", "DEN"][area,]).value for area in PROVINCES}
    found = [f"{area}: {value}" for area, value in percent.items() if value in (0, 100)]
    print(*found, sep="\n")
    return found


def dominated() -> bool:
    """Whether the household that got most of a sum can be told within a tenth."""
    largest = 9000.0
    shown = derived.quantity([largest, *[20.0] * 20])
    return shown.status is Status.SHOWN and shown.value is not None and abs(shown.value - largest) / largest <= 0.1


def test_no_row_tells_what_everybody_in_it_is() -> None:
    assert not told_of_everybody()
    assert not shares_told()
    assert not dominated()


def test_without_the_rule_for_rows_it_is_told(planted: Callable[[str], None]) -> None:
    planted("gate_shows_uniform_rows")
    assert len(told_of_everybody()) == 2


def test_without_the_rule_for_shares_it_is_told(planted: Callable[[str], None]) -> None:
    planted("gate_shows_uniform_shares")
    assert len(shares_told()) == 2


def test_without_the_rule_for_sums_the_largest_is_told(planted: Callable[[str], None]) -> None:
    planted("gate_adds_up_quantities")
    assert dominated()
