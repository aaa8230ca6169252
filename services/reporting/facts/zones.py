"""The day of an instant where it happened: reporting dates what carries no date by the clock of its centre."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from shared.region_centre import Centre

_ZONES: dict[str, ZoneInfo] = {}
_centres: Callable[[], Iterable[Centre]] = tuple


def follow(centres: Callable[[], Iterable[Centre]]) -> None:
    """Say where the centres of the region are to be had. Asked at the first fact that needs a clock, not before."""
    global _centres
    _centres = centres
    _ZONES.clear()


def day_at(centre: str, instant: str) -> date:
    """Calendar day at a centre of an RFC 3339 instant: 2026-03-31T16:30Z is 1 April in Manila.

    KeyError for a centre that the region file does not name: its facts are parked, since a guessed day would be counted.
    """
    if not _ZONES:
        _ZONES.update({each.code: ZoneInfo(each.zone) for each in _centres()})
    return datetime.fromisoformat(instant).astimezone(_ZONES[centre]).date()
