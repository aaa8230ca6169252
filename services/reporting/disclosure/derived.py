"""G7: figures that are made of others (statistics chapter, section 8). Pure.

Shares come from two protected counts and from nothing else. Medians, means and sums of quantities come from true values and
are therefore rounded until one more person changes nothing that a reader sees.
"""

from collections.abc import Sequence
from math import floor, log10
from statistics import median

from services.reporting.disclosure.cells import HIDDEN, Shown, Status

FEWEST = 11
"""Contributors of a median, mean or sum."""

EXACT_FROM = 1000
"""Denominator from which a share has a decimal."""


def share(part: Shown, whole: Shown) -> Shown:
    """Percent. Hidden unless both counts are shown and there is something to divide by; noise never makes more than 100."""
    if part.status is Status.HIDDEN or whole.status is Status.HIDDEN or not whole.value or part.value is None:
        return HIDDEN
    percent = min(100.0, 100 * part.value / whole.value)
    return Shown(round(percent, 1) if whole.value >= EXACT_FROM else float(floor(percent + 0.5)), Status.SHOWN)


def median_days(days: Sequence[float]) -> Shown:
    """One value a person. To the day from 30 on, else to five days."""
    if len(days) < FEWEST:
        return HIDDEN
    step = 1 if len(days) >= 30 else 5
    return Shown(float(step * floor(median(days) / step + 0.5)), Status.SHOWN)


def mean_score(scores: Sequence[float]) -> Shown:
    """One value a person, to 0.01."""
    return Shown(round(sum(scores) / len(scores), 2), Status.SHOWN) if len(scores) >= FEWEST else HIDDEN


def quantity(parts: Sequence[float]) -> Shown:
    """A sum, one addend a contributor, to three significant digits; hidden where one or two make most of it.

    Source: (1, 50)-dominance and the p-percent rule at 10 % (EU SDC Handbook).
    """
    total, ordered = sum(parts), sorted(parts, reverse=True)
    if len(parts) < FEWEST or total <= 0:
        return HIDDEN
    largest = ordered[0]
    if largest >= total / 2 or total - largest - ordered[1] < largest / 10:
        return HIDDEN
    digits = 2 - floor(log10(total))
    return Shown(float(round(total, digits)), Status.SHOWN)
