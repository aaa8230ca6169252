"""G7: figures that are made of others (statistics chapter, section 8). Pure.

Shares come from two protected counts and from nothing else. Medians, means and sums of quantities come from true values and
are therefore rounded until one more person changes nothing that a reader sees.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import floor, log10
from statistics import median
from typing import NamedTuple

from services.reporting.disclosure.cells import HIDDEN, IMPOSSIBLE, Axis, Codes, Count, Protected, Shown, Status
from services.reporting.disclosure.protect import Kept, stays

FEWEST = 11
"""Contributors of a median, mean or sum."""

EXACT_FROM = 1000
"""Denominator from which a share has a decimal."""


class Values(NamedTuple):
    """What a cell is made of. contributors: distinct persons (facts where there is no person)."""

    contributors: int = 0
    parts: tuple[float, ...] = ()

    @property
    def units(self) -> Count:
        """How many there are: by so many a later edition differs."""
        return Count(len(self.parts), self.contributors)


@dataclass(frozen=True, slots=True)
class Valued:
    """One measure of a table that is made of values in place of counts. figure: one of FIGURES; cells: those not empty."""

    table: str
    measure: str
    axes: tuple[Axis, ...]
    figure: str
    cells: Mapping[Codes, Values]

    def __getitem__(self, codes: Codes) -> Values:
        return self.cells.get(codes, Values())


def figures(grid: Valued, before: Mapping[Codes, Sequence[Kept]]) -> Protected:
    """Every cell of the grid as it may be shown. before: all editions; a revision leaves what moved by less than ten."""
    made = FIGURES[grid.figure]
    cells: Protected = {}
    for codes in _every(grid.axes):
        values = grid[codes]
        old = stays(values.units, before.get(codes, ()))
        cells[codes] = old.shown if old else made(values.parts, values.contributors)
    return cells


def _every(axes: Sequence[Axis]) -> list[Codes]:
    rows: list[Codes] = [()]
    for axis in axes:
        rows = [(*row, code) for row in rows for code in axis.all]
    return rows


def share(part: Shown, whole: Shown, *, rough: bool = False) -> Shown:
    """Percent, with one decimal of a large whole unless it is to be rough.

    Hidden unless both counts are shown and there is something to divide by; noise never makes more than 100.
    """
    if part.status is Status.HIDDEN or whole.status is Status.HIDDEN or not whole.value or part.value is None:
        return HIDDEN
    percent = min(100.0, 100 * part.value / whole.value)
    return Shown(round(percent, 1) if whole.value >= EXACT_FROM and not rough else float(floor(percent + 0.5)), Status.SHOWN)


def per_1000(part: Shown, inhabitants: int | None) -> Shown:
    """For each 1,000 inhabitants by a census, to 0.01: of a protected count, so that it says no more than the count does.

    inhabitants: None for what the census did not count as one place; there can be no such figure then.
    """
    if inhabitants is None:
        return IMPOSSIBLE
    return part if part.value is None else Shown(round(1000 * part.value / inhabitants, 2), part.status)


def median_days(days: Sequence[float], contributors: int | None = None) -> Shown:
    """To the day from 30 values on, else to five days. contributors: of whom they are, where that is not one each."""
    if _few(days, contributors):
        return HIDDEN
    step = 1 if len(days) >= 30 else 5
    return Shown(float(step * floor(median(days) / step + 0.5)), Status.SHOWN)


def median_ratio(ratios: Sequence[float], contributors: int | None = None) -> Shown:
    """A middle of what is no day, to 0.1."""
    return HIDDEN if _few(ratios, contributors) else Shown(round(median(ratios), 1), Status.SHOWN)


def mean_score(scores: Sequence[float], contributors: int | None = None) -> Shown:
    """To 0.01."""
    return HIDDEN if _few(scores, contributors) else Shown(round(sum(scores) / len(scores), 2), Status.SHOWN)


def lowest(values: Sequence[float], contributors: int | None = None) -> Shown:
    """The smallest of what belongs to rooms, not to people."""
    return HIDDEN if _few(values, contributors) else Shown(round(min(values), 1), Status.SHOWN)


def quantity(parts: Sequence[float], contributors: int | None = None) -> Shown:
    """A sum, one addend a contributor, to three significant digits; hidden where one or two make most of it.

    Source: (1, 50)-dominance and the p-percent rule at 10 % (EU SDC Handbook).
    """
    total, ordered = sum(parts), sorted(parts, reverse=True)
    if _few(parts, contributors) or total <= 0:
        return HIDDEN
    largest = ordered[0]
    if largest >= total / 2 or total - largest - ordered[1] < largest / 10:
        return HIDDEN
    digits = 2 - floor(log10(total))
    return Shown(float(round(total, digits)), Status.SHOWN)


def plain(parts: Sequence[float], contributors: int | None = None) -> Shown:
    """A sum that is of no person: what a broadcast reached, the beds of a house."""
    return Shown(float(sum(parts)), Status.SHOWN)


def _few(values: Sequence[float], contributors: int | None) -> bool:
    return min(len(values), len(values) if contributors is None else contributors) < FEWEST


FIGURES: Mapping[str, Callable[[Sequence[float], int | None], Shown]] = {
    "median": median_days, "ratio": median_ratio, "mean": mean_score, "lowest": lowest,
    "sum": lambda parts, contributors: quantity(parts, contributors), "plain": plain,
}  # fmt: skip
