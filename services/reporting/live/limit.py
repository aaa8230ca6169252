"""From which count on a day is a surge: what is expected of it, and how far it may stray (statistics chapter, section 14).

Days are counted back from the window that is judged, so no calendar is needed: of a history that ends the day before, every
seventh day is of one weekday. Robust on purpose: one surge does not blind the watch to the next.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import median
from typing import Final

WEEK, LEVEL_DAYS, WEEKDAY_DAYS = 7, 28, 56
"""Days of a week; days that give the level; days (eight weeks) that give the weekdays' shares."""
FORTNIGHT: Final = 14
LAST_YEAR: Final = 364
"""Days to the same weekday a year ago."""
LEAST_DAYS: Final = LEVEL_DAYS
"""Days of history without which nothing is expected of a centre, and nothing is a surge."""
YEAR_DAYS: Final = LAST_YEAR + FORTNIGHT // 2 + LEVEL_DAYS
"""Days of history, thirteen months, from which on last year's season is known."""
FLOOR: Final = 10
"""A window with fewer is never a surge."""
WIDE, TIMES, CRITICAL_TIMES = 3.5, 1.5, 3.0
"""Deviations above the expected; times the expected that a surge has at least; times that make it critical."""
SEASON: Final = (0.67, 1.5)
FEW: Final = 3.0
"""Below so many a day the median of squares says nothing: the plain mean is taken."""
MEDIAN_OF_SQUARES: Final = 0.455
"""Median of a chi-squared variable of one degree of freedom, whose mean is 1."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What is expected of a window. rate: lambda, a count; spread: phi, variance over mean, at least 1."""

    rate: float
    spread: float

    @property
    def limit(self) -> float:
        """The count from which on the window is a surge."""
        return max(FLOOR, self.rate + WIDE * sqrt(self.spread * self.rate), TIMES * self.rate)


def expect(history: Sequence[int], *, days: int = 1, season: float = 1.0) -> Expected:
    """What the `days` days after `history` should bring.

    history: counts by day, the oldest first, at least 28; of more than 56 the last 56 are looked at. season: by `season_of`.
    Raises ValueError when the history is too short.
    """
    if len(history) < LEAST_DAYS:
        raise ValueError(f"{len(history)} days of history, {LEAST_DAYS} are the least")
    # Whole weeks only, or a weekday that stands in the history once more would weigh more.
    weeks = history[-(min(len(history), WEEKDAY_DAYS) // WEEK * WEEK) :]
    share = _weekdays(weeks)
    recent = weeks[-LEVEL_DAYS:]
    ahead = [share[day % WEEK] for day in range(days)]
    level = _mean([n / share[day % WEEK] for day, n in enumerate(recent)])
    if level == 0:
        return Expected(0.0, 1.0)
    squares = [(n - level * share[day % WEEK]) ** 2 / (level * share[day % WEEK]) for day, n in enumerate(recent)]
    spread = _mean(squares) if level < FEW else median(squares) / MEDIAN_OF_SQUARES
    return Expected(level * season * sum(ahead), max(1.0, spread))


def season_of(history: Sequence[int]) -> float:
    """What this fortnight was to the 28 days before it, a year ago; 1 where that is not known.

    history: counts by day, the oldest first, ending the day before the window. The fortnight has the same day of last year
    in its middle.
    """
    if len(history) < YEAR_DAYS:
        return 1.0
    end = len(history) - LAST_YEAR + FORTNIGHT // 2
    return ratio(history[end - FORTNIGHT : end], history[end - FORTNIGHT - LEVEL_DAYS : end - FORTNIGHT])


def ratio(fortnight: Sequence[int], before: Sequence[int]) -> float:
    """Mean of a fortnight over the mean of the days before it, kept within 0.67 and 1.5; 1 if nothing came before it."""
    low, high = SEASON
    base = _mean(before)
    return min(high, max(low, _mean(fortnight) / base)) if base else 1.0


def _weekdays(weeks: Sequence[int]) -> list[float]:
    """Each weekday's mean over the mean of all, half-way to 1, the weekday of the first day first."""
    mean = _mean(weeks)
    if mean == 0:
        return [1.0] * WEEK
    return [(1.0 + _mean(weeks[day::WEEK]) / mean) / 2 for day in range(WEEK)]


def _mean(counts: Sequence[float]) -> float:
    return sum(counts) / len(counts)
