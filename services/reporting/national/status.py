"""Which releases a national stack should have by now, and how a region stands with one (statistics chapter, section 9). Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from services.reporting.exports.cube import days
from services.reporting.releases.calendar import due, publication
from shared.region_national import Source


class Standing(StrEnum):
    HERE = "here"
    NOT_YET = "not_yet"
    """the calendar publishes it later"""
    LATE = "late"
    """the day of publication has passed and no table of the period has come"""
    WITHDRAWN = "withdrawn"
    WITHHELD = "withheld"
    """the release is here, and this table is not in it"""
    BEFORE = "before"
    """the region released nothing for so long ago"""


@dataclass(frozen=True, slots=True)
class Told:
    """What the newest fact of a table said. data: the released file."""

    region: str
    name: str
    state: str
    release: str
    data: str | None


def standing(source: Source, period: str, table: Told | None, others: Iterable[Told], today: date) -> Standing:
    """How a region stands with one table. others: every table of the period that it has told of."""
    if table is not None and table.state == "PUBLISHED":
        return Standing.HERE
    if table is not None and table.state == "WITHDRAWN":
        return Standing.WITHDRAWN
    if any(each.state == "PUBLISHED" for each in others):
        return Standing.WITHHELD
    if f"{days(period)[0]:%Y-%m}" < source.since:
        return Standing.BEFORE
    return Standing.LATE if today > publication(period) else Standing.NOT_YET


def overdue(source: Source, here: Mapping[str, bool], now: datetime, zone: str) -> float:
    """Seconds since the oldest due release of a region should have come; 0 when none is missing.

    here: period -> whether anything of it has come, withdrawn or not. now: any zone. zone: of the calendar.
    """
    local = ZoneInfo(zone)
    missed = [
        datetime.combine(publication(period), time(), local)
        for period in due(now.astimezone(local).date())
        if not here.get(period) and f"{days(period)[0]:%Y-%m}" >= source.since
    ]
    # The day of publication has 24 hours: late is what is not there when it is over.
    return max((late for at in missed if (late := (now - at).total_seconds() - 86_400) > 0), default=0.0)
