"""Periods of time as requests name them: `2026-07`, `2026-Q3`, `2026`, or days (statistics chapter, section 2)."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from shared.errors import Rejected

_PERIOD = re.compile(r"((?:19|20)\d\d)(?:-(?:(0[1-9]|1[0-2])|Q([1-4])))?", re.ASCII)
_DAY = re.compile(r"(?:19|20)\d\d-\d\d-\d\d", re.ASCII)
_REMEDY = "Write 2026-07, 2026-Q3, 2026, or days as 2026-07-31, the later one second."


@dataclass(frozen=True, slots=True)
class Span:
    """Days, both included."""

    first: date
    last: date

    @property
    def whole_months(self) -> bool:
        """Only then may monthly figures be added up for it, and do facts count of which only the month is known."""
        return self.first.day == 1 and self.last.day == monthrange(self.last.year, self.last.month)[1]

    @property
    def whole_years(self) -> bool:
        return self.whole_months and self.first.month == 1 and self.last.month == 12

    @property
    def months(self) -> tuple[int, int]:
        """First and last as the roll-ups number them: 202607."""
        return self.first.year * 100 + self.first.month, self.last.year * 100 + self.last.month

    def until(self, day: date | None) -> "Span":
        """The part up to a day; empty (first after last) if it lies before."""
        return self if day is None or day >= self.last else Span(self.first, day)


def parse(text: str) -> Span:
    """One period or one day. Raises Rejected `bad-period`."""
    if _DAY.fullmatch(text):
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise Rejected("bad-period", _REMEDY) from None
        return Span(day, day)
    match = _PERIOD.fullmatch(text)
    if match is None:
        raise Rejected("bad-period", _REMEDY)
    year = int(match[1])
    if match[2]:
        first = last = int(match[2])
    elif match[3]:
        first, last = int(match[3]) * 3 - 2, int(match[3]) * 3
    else:
        first, last = 1, 12
    return Span(date(year, first, 1), date(year, last, monthrange(year, last)[1]))


def span(period: str | None, start: str | None, end: str | None) -> Span:
    """What a request asks for: one `period`, or `from` and `to`. Raises Rejected `bad-period`."""
    if period is not None and start is None and end is None:
        return parse(period)
    if period is None and start is not None and end is not None:
        found = Span(parse(start).first, parse(end).last)
        if found.first <= found.last:
            return found
    raise Rejected("bad-period", _REMEDY)


def name_of(dimension: str, number: str) -> str:
    """How an answer names a period of a roll-up: ("MONTH", "202607") is 2026-07, ("QUARTER", "20263") is 2026-Q3."""
    match dimension:
        case "MONTH":
            return f"{number[:4]}-{number[4:]}"
        case "QUARTER":
            return f"{number[:4]}-Q{number[4:]}"
        case _:
            return number
