"""Readings that somebody should look at: told by the access log's own row, a log line, a metric and an alert. Nobody is stopped."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from shared import telemetry
from shared.codes.calendar import calendar
from shared.region_centre import Centre

NO_RELATION: Final = "NO_RELATION"
OFF_HOURS: Final = "OFF_HOURS"
"""What the row says as its decision, in place of ALLOWED."""


def off_hours(office: Centre, at: datetime) -> bool:
    """Whether a centre is closed at a moment: on a day or at an hour without service, or on a holiday of its calendar."""
    local = at.astimezone(ZoneInfo(office.zone))
    hours = office.hours
    if local.isoweekday() not in hours.days or calendar(office.calendar).holiday(local.date()):
        return True
    return not hours.opens_at <= local.time() < hours.closes_at


def tell(reason: str, staff: str, count: int = 1) -> None:
    """reason: volume, relation, export. count: persons."""
    telemetry.READS_UNUSUAL.add(1, {"reason": reason})
    telemetry.logger().warning("sec_unusual_reading", reason=reason, staff=staff, count=count)
