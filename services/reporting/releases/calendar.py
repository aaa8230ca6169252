"""When releases are due, and what they are called (statistics chapter, section 9). Pure.

Cut-off: day 15 after the period, 24:00 at the centres. Freeze on day 16; publish on day 20 (monthly), 33 (quarterly), 15 March
(annual). A revision round a year, with the annual release.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.reporting.exports.cube import days, frequency
from shared.errors import Rejected

_PERIOD = re.compile(r"(?:19|20)\d\d(?:-(?:0[1-9]|1[0-2])|-Q[1-4])?", re.ASCII)
_RELEASE = re.compile(
    r"(?P<region>[A-Za-z][A-Za-z0-9-]*)-(?P<period>(?:19|20)\d\d(?:0[1-9]|1[0-2]|Q[1-4])?)\.(?P<edition>\d{1,3})", re.ASCII
)
_MONTHLY, _QUARTERLY = timedelta(days=20), timedelta(days=33)


@dataclass(frozen=True, slots=True)
class Name:
    """`PH-2026Q3.0`: region, period, edition."""

    region: str
    period: str
    edition: int

    def __str__(self) -> str:
        return f"{self.region}-{self.period.replace('-', '')}.{self.edition}"


def check_period(text: str) -> str:
    """A month, quarter or year. Raises Rejected `bad-period` with the forms that are allowed."""
    if not _PERIOD.fullmatch(text):
        raise Rejected(
            "bad-period", "Write a month as 2026-07, a quarter as 2026-Q3, a year as 2026.", allowed=["2026-07", "2026-Q3", "2026"]
        )
    return text


def parse(text: str) -> Name:
    """The parts of a release's id. Raises Rejected `unknown-release`."""
    found = _RELEASE.fullmatch(text)
    if found is None:
        raise Rejected("unknown-release", "GET /v1/statistics/releases lists them.")
    told = found["period"]
    return Name(found["region"], told if len(told) == 4 else f"{told[:4]}-{told[4:]}", int(found["edition"]))


def cutoff(period: str, zone: str) -> datetime:
    """What was recorded until this instant is in the first edition: the end of day 15 after the period."""
    return datetime.combine(days(period)[1] + timedelta(days=16), time(), ZoneInfo(zone))


def end(period: str, zone: str) -> datetime:
    """The instant at which a period is over at the centres."""
    return datetime.combine(days(period)[1] + timedelta(days=1), time(), ZoneInfo(zone))


def publication(period: str) -> date:
    """The day on which the calendar publishes the first edition."""
    last = days(period)[1]
    match frequency(period):
        case "M":
            return last + _MONTHLY
        case "Q":
            return last + _QUARTERLY
        case _:
            return date(last.year + 1, 3, 15)


def inside(period: str) -> tuple[str, ...]:
    """The months and quarters that lie in a longer period."""
    (first, last), kind = days(period), frequency(period)
    months = [f"{first.year}-{month:02d}" for month in range(first.month, last.month + 1)] if kind != "M" else []
    return (*months, *(f"{first.year}-Q{n}" for n in range(1, 5) if kind == "A"))


def due(today: date) -> tuple[str, ...]:
    """The periods whose first edition should be frozen by a day: the last month, quarter and year that are past their cut-off."""
    latest = today - timedelta(days=16)
    found = []
    for candidates in (_months(latest), _quarters(latest), _years(latest)):
        found.append(next(period for period in candidates if days(period)[1] <= latest))
    return tuple(found)


def _months(day: date) -> list[str]:
    before = day.replace(day=1) - timedelta(days=1)
    return [f"{day:%Y-%m}", f"{before:%Y-%m}"]


def _quarters(day: date) -> list[str]:
    quarter = (day.month + 2) // 3
    return [f"{day.year}-Q{quarter}", f"{day.year}-Q{quarter - 1}" if quarter > 1 else f"{day.year - 1}-Q4"]


def _years(day: date) -> list[str]:
    return [str(day.year), str(day.year - 1)]
