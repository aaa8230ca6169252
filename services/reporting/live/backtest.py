"""What the surge watch would have said of a published series, and of centres made up (statistics chapter, section 14).

The Honduran table has months; its people are spread over the days of each month by a seeded draw, the same on every machine.
"""

import itertools
import random
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from math import exp

from numpy.random import default_rng

from services.reporting.live.limit import WEEK, WEEKDAY_DAYS, YEAR_DAYS, Expected, expect, season_of

SEED = 2
DRAWS = 20
GROWN, FROM_ARRIVALS = 1.6, 600
"""A month that should alert: so many times the month before, and so many arrivals."""
CALM = 1.1
SOON = 3


@dataclass(frozen=True, slots=True)
class Day:
    """One day that the watch looked at."""

    date: date
    x: int
    expected: Expected

    @property
    def alert(self) -> bool:
        return self.x >= self.expected.limit


@dataclass(frozen=True)
class Outcome:
    """The days of a back-test. months: arrivals by month, absent ones 0."""

    months: Mapping[str, int]
    days: Sequence[Day]

    @cached_property
    def alerts(self) -> dict[str, list[int]]:
        """Days of the month with an alert, by month."""
        found: dict[str, list[int]] = {}
        for day in self.days:
            if day.alert:
                found.setdefault(f"{day.date:%Y-%m}", []).append(day.date.day)
        return found

    @property
    def alert_days(self) -> int:
        return sum(map(len, self.alerts.values()))

    @property
    def grown(self) -> list[str]:
        """Months that should alert."""
        return [m for m, n, before in self._pairs() if n >= FROM_ARRIVALS and before and n >= GROWN * before]

    @property
    def calm(self) -> list[str]:
        """Months that should not: they grew by a tenth at most, or fell."""
        return [m for m, n, before in self._pairs() if n <= CALM * before]

    @property
    def found(self) -> list[str]:
        """Months that should alert and did within three days."""
        return [month for month in self.grown if self.alerts.get(month, [99])[0] <= SOON]

    @property
    def false(self) -> list[str]:
        """Calm months with an alert."""
        return [month for month in self.calm if month in self.alerts]

    def _pairs(self) -> Iterator[tuple[str, int, int]]:
        months = list(self.months)
        for before, month in itertools.pairwise(months):
            yield month, self.months[month], self.months[before]


def replay(totals: Mapping[str, int], *, seed: int = SEED, season: bool = True) -> Outcome:
    """Watch a series of months (YYYY-MM -> arrivals) day by day. season: whether last year's season counts."""
    months = dict(_all_months(totals))
    start = date.fromisoformat(f"{next(iter(months))}-01")
    counts = spread(months, seed)
    days = [Day(start + timedelta(days=index), counts[index], expected) for index, expected in watch(counts, season=season)]
    return Outcome(months, days)


def watch(counts: Sequence[int], *, season: bool = True) -> Iterator[tuple[int, Expected]]:
    """(index, what was expected) of each day from the 57th on."""
    for index in range(WEEKDAY_DAYS, len(counts)):
        past = counts[max(0, index - YEAR_DAYS) : index]
        yield index, expect(past, season=season_of(past) if season else 1.0)


def watch_weeks(counts: Sequence[int]) -> Iterator[tuple[int, int, Expected]]:
    """(index of the last day, count, what was expected) of each seven days."""
    for index in range(WEEKDAY_DAYS + WEEK, len(counts) + 1):
        yield index - 1, sum(counts[index - WEEK : index]), expect(counts[max(0, index - WEEK - YEAR_DAYS) : index - WEEK], days=WEEK)


def spread(months: Mapping[str, int], seed: int) -> list[int]:
    """Each person of a month on one of its days, drawn evenly."""
    draw, counts = default_rng(seed), []
    for month, people in months.items():
        length = monthrange(int(month[:4]), int(month[5:]))[1]
        counts += draw.multinomial(people, [1 / length] * length).tolist()
    return counts


@dataclass(frozen=True, slots=True)
class MadeUp:
    """A centre of which the truth is known: it has no surge, until its daily number doubles for good."""

    a_day: int
    variance: float
    false_days_a_year: float
    days_to_alert: float | None
    days_to_alert_by_week: float | None


def made_up(a_day: int, variance: float = 1.0, *, centres: int = 40) -> MadeUp:
    """Mean over `centres` centres of a year each. variance: over the mean; 1 is Poisson."""
    false, days, weeks = 0, [], []
    for number in range(centres):
        draw = random.Random(f"{SEED} {a_day} {variance} {number}")  # noqa: S311
        calm = [_drawn(draw, a_day, variance) for _ in range(WEEKDAY_DAYS + 365)]
        false += sum(calm[index] >= expected.limit for index, expected in watch(calm))
        begins = 2 * WEEKDAY_DAYS
        doubled = calm[:begins] + [_drawn(draw, 2 * a_day, variance) for _ in range(28)]
        days.append(_first(begins, ((i, doubled[i], e) for i, e in watch(doubled))))
        weeks.append(_first(begins, watch_weeks(doubled)))
    return MadeUp(a_day, variance, false / centres, _median(days), _median(weeks))


def _first(begins: int, looks: Iterator[tuple[int, int, Expected]]) -> int | None:
    """On which day of a surge it is seen, 1 for the first."""
    return next((index - begins + 1 for index, x, expected in looks if index >= begins and x >= expected.limit), None)


def _median(days: Sequence[int | None]) -> float | None:
    """None where less than half of the centres saw it within four weeks."""
    known = sorted(day for day in days if day is not None)
    return float(known[len(days) // 2]) if len(known) > len(days) // 2 else None


def _drawn(draw: random.Random, mean: float, variance: float) -> int:
    """Poisson, or negative binomial as a Poisson number whose mean is drawn."""
    if variance > 1:
        mean = draw.gammavariate(mean / (variance - 1), variance - 1)
    return _poisson(draw.random, mean)


def _poisson(chance: Callable[[], float], mean: float) -> int:
    limit, n, product = exp(-mean), 0, chance()
    while product > limit:
        n, product = n + 1, product * chance()
    return n


def _all_months(totals: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """From the first month to the last; those without a row have nobody."""
    year, month = (int(part) for part in min(totals).split("-"))
    while (name := f"{year}-{month:02d}") <= max(totals):
        yield name, totals.get(name, 0)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
