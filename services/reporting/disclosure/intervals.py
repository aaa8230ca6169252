"""What a reader who knows everything but the seed can say of one published cell: between which true counts it lies. Pure."""

from collections.abc import Set
from dataclasses import dataclass
from math import inf

from services.reporting.disclosure.cells import Codes, Grid, Protected, Status


@dataclass(frozen=True, slots=True)
class Bounds:
    """Both included."""

    low: float
    high: float


def bounds(grid: Grid, shown: Protected, codes: Codes, reach: int, *, repaired: Set[Codes], kept: Set[Codes]) -> Bounds:
    """reach: the noise's bound D. repaired: hidden by G6 or G9, of which nothing is said. kept: cells that a revision left
    as they were, whose count may have moved by nine since."""
    cell, slack = shown[codes], 9 if codes in kept else 0
    if codes in repaired:
        return Bounds(0, inf)
    if cell.status is Status.HIDDEN:
        # Few persons may bring many facts: only where each unit is one contributor does Q bound the count.
        return Bounds(0 if slack else 1, grid.threshold - 1 + reach + slack if grid.additive else inf)
    assert cell.value is not None
    if cell.value == 0:
        return Bounds(0, reach + slack)
    low = max(grid.threshold, cell.value - reach)
    return Bounds(max(0, low - slack), cell.value + reach + slack)
