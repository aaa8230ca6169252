"""Working days of a province, and when a timer falls due (domain.md section 2).

A working day is Monday to Friday, no national holiday (PyPI `holidays`, category public) and no day of
`provincial_holidays.csv`, where SPECIAL_WORKING counts as working. A due date is computed once, when its fact is decided,
and kept in the fact: a changed holiday file moves nothing sent.
"""

from datetime import date, datetime, time, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

from shared.codes.centre import CalendarKind
from shared.codes.table import rows

CLOSING = time(17)
"""Local hour at which a day's work ends and a timer of days falls due."""


class Calendar:
    """Holidays of one province. `code` is ISO 3166-2 (PH-ANT, HN-EP) or a bare country code (PH)."""

    def __init__(self, code: str) -> None:
        self.code = code
        self._yearly: dict[str, str] = {}
        self._dated: dict[date, str] = {}
        self._national: dict[int, dict[date, str]] = {}
        for row in rows("provincial_holidays"):
            if row["calendar"] != code or row["kind"] == CalendarKind.SPECIAL_WORKING:
                continue
            if row["month_day"]:
                self._yearly[row["month_day"]] = row["name"]
            else:
                self._dated[date.fromisoformat(row["date"])] = row["name"]

    def holiday(self, day: date) -> str | None:
        """Name of the holiday, None on any other day, weekends included."""
        national = self._national.get(day.year)
        if national is None:
            national = self._national[day.year] = _national_holidays(self.code[:2], day.year)
        return national.get(day) or self._dated.get(day) or self._yearly.get(f"{day:%m-%d}")

    def working(self, day: date) -> bool:
        return day.weekday() < 5 and self.holiday(day) is None

    def next_working(self, day: date) -> date:
        """The day itself if it is a working day, else the first one after it."""
        while not self.working(day):
            day += timedelta(days=1)
        return day


@cache
def calendar(code: str) -> Calendar:
    """The calendar of a province, read once. An unlisted province keeps its country's holidays only."""
    return Calendar(code)


def add_hours(start: datetime, hours: float) -> datetime:
    """Every hour of every day counts. `start` must know its zone; the answer is in the same one."""
    _aware(start)
    zone = start.tzinfo
    # Through UTC: adding hours to a local time that crosses a change of clocks would gain or lose one.
    return (start.astimezone(ZoneInfo("UTC")) + timedelta(hours=hours)).astimezone(zone)


def add_working_days(start: datetime, n: int, zone: str | tzinfo, days: str | Calendar) -> datetime:
    """17:00 local on the n-th working day after day 0.

    Day 0 is the local date of `start` if that is a working day and it is not yet 17:00, else the next working day.
    """
    local, keeper = _local(start, n, zone), _calendar(days)
    day = local.date()
    if local.time() >= CLOSING:
        day += timedelta(days=1)
    day = keeper.next_working(day)
    for _ in range(n):
        day = keeper.next_working(day + timedelta(days=1))
    return datetime.combine(day, CLOSING, local.tzinfo)


def add_calendar_days(start: datetime, n: int, zone: str | tzinfo, days: str | Calendar) -> datetime:
    """17:00 local on the local date of `start` + n days; if that is no working day, on the next one."""
    local, keeper = _local(start, n, zone), _calendar(days)
    return datetime.combine(keeper.next_working(local.date() + timedelta(days=n)), CLOSING, local.tzinfo)


def _local(start: datetime, n: int, zone: str | tzinfo) -> datetime:
    _aware(start)
    if n < 0:
        raise ValueError("a timer runs forward: give a number of days that is not negative")
    return start.astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone)


def _aware(start: datetime) -> None:
    if start.tzinfo is None:
        raise ValueError("the start of a timer has no time zone: give an instant with its offset")


def _calendar(days: str | Calendar) -> Calendar:
    return calendar(days) if isinstance(days, str) else days


@cache
def _national_holidays(country: str, year: int) -> dict[date, str]:
    # Imported here: `holidays` costs a service more at start than all code lists together, and few processes need it.
    from holidays import country_holidays

    return dict(country_holidays(country, years=[year], categories=("public",), language="en_PH" if country == "PH" else None))
