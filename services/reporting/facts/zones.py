"""The day of an instant where it happened: reporting dates what carries no date by the clock of its centre."""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from shared.region_centre import Centre

_ZONES: dict[str, ZoneInfo] = {}


def know(centres: Iterable[Centre]) -> None:
    """Tell the projection which clock each centre lives by. Composition calls it once, before the first fact."""
    _ZONES.update({centre.code: ZoneInfo(centre.zone) for centre in centres})


def day_at(centre: str, instant: str) -> date:
    """Calendar day at a centre of an RFC 3339 instant: 2026-03-31T16:30Z is 1 April in Manila.

    KeyError for a centre that the region file does not name: its facts are parked, since a guessed day would be counted.
    """
    return datetime.fromisoformat(instant).astimezone(_ZONES[centre]).date()
