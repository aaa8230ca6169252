"""Periods in their order: which came before, which come next. Pure."""

from collections.abc import Iterable
from datetime import date, timedelta

from services.reporting.exports.cube import days, frequency
from services.reporting.releases.calendar import publication

COMING = {"M": 3, "Q": 2, "A": 1}
"""How many periods that are not out yet the calendar names, by frequency."""


def in_order(periods: Iterable[str]) -> list[str]:
    """By their last day; of those that end together the longest last."""
    return sorted(periods, key=lambda each: (days(each)[1], -days(each)[0].toordinal()))


def year_before(period: str) -> str:
    return f"{int(period[:4]) - 1}{period[4:]}"


def window(period: str, public: Iterable[str], many: int) -> list[str]:
    """What is drawn over time on the page of a period: months up to its end where there are two or more of them, else its
    like; oldest first, at most `many`."""
    end = days(period)[1]
    for kind in ("M", frequency(period)):
        first = _back(end, many) if kind == "M" else date(end.year - many + 1, 1, 1)
        found = [each for each in in_order(public) if frequency(each) == kind and first < days(each)[1] <= end]
        if len(found) > 1:
            return found[-many:]
    return []


def coming(today: date, public: Iterable[str]) -> list[tuple[str, date]]:
    """(period, day of its publication) of what is due next, the soonest first."""
    known, found = set(public), []
    for kind, many in COMING.items():
        each = _of(today - timedelta(days=75 if kind == "M" else 140 if kind == "Q" else 470), kind)
        due: list[tuple[str, date]] = []
        while len(due) < many:
            if each not in known and publication(each) >= today:
                due.append((each, publication(each)))
            each = _of(days(each)[1] + timedelta(days=1), kind)
        found += due
    return sorted(found, key=lambda each: (each[1], each[0]))


def _of(day: date, kind: str) -> str:
    return f"{day:%Y-%m}" if kind == "M" else f"{day.year}-Q{(day.month + 2) // 3}" if kind == "Q" else str(day.year)


def _back(day: date, months: int) -> date:
    number = day.year * 12 + day.month - months
    return date(number // 12, number % 12 + 1, 1) - timedelta(days=1)
