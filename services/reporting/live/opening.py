"""How long a centre was open: silence means nothing while the door is shut. Pure."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.codes import AccessMode
from shared.codes.calendar import calendar
from shared.region_centre import Centre


def open_hours(centre: Centre, since: datetime, until: datetime) -> float:
    """Opening hours of a centre between two instants, by its own clock; on holidays only one that is always open has any."""
    zone = ZoneInfo(centre.zone)
    first, last = since.astimezone(zone), until.astimezone(zone)
    opens, closes = centre.hours.opens_at, centre.hours.closes_at
    total, day = timedelta(), first.date()
    while day <= last.date():
        if day.isoweekday() in centre.hours.days and not _shut(centre, day):
            begin = max(first, datetime.combine(day, opens, zone))
            # A door that never shuts is written 00:00 to 00:00.
            end = datetime.combine(day + timedelta(days=1) if closes == time(0) else day, closes, zone)
            total += max(timedelta(), min(last, end) - begin)
        day += timedelta(days=1)
    return total.total_seconds() / 3600


def _shut(centre: Centre, day: date) -> bool:
    return centre.access_mode == AccessMode.OPENING_HOURS and calendar(centre.calendar).holiday(day) is not None
