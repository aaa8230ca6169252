"""What one more look at a window makes of an alert (statistics chapter, section 14). Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.reporting.live.limit import CRITICAL_TIMES, Expected

CLEARED_AFTER: Final = 2
CONFIRMED_AFTER: Final = 2
NOTICE_EVERY: Final = timedelta(hours=24)
SILENT_HOURS: Final = 48.0
SILENT_RATE: Final = 10.0


class Level(StrEnum):
    """How sure a surge is, or that nothing comes in at all."""

    WATCH = "WATCH"
    CONFIRMED = "CONFIRMED"
    CRITICAL = "CRITICAL"
    SILENCE = "SILENCE"


_RANK: Final = {Level.WATCH: 0, Level.CONFIRMED: 1, Level.CRITICAL: 2}


@dataclass(frozen=True, slots=True)
class Alert:
    """One surge that is going on. looked_at: end of the window last judged; above, below: judgements running."""

    level: Level
    x: int
    expected: Expected
    looked_at: datetime
    above: int = 1
    below: int = 0

    @property
    def cleared(self) -> bool:
        return self.below >= CLEARED_AFTER


def judge(alert: Alert | None, x: int, expected: Expected, ends_at: datetime, *, whole: bool = True) -> Alert | None:
    """The alert after a look at the window that ends at `ends_at`; None: there is none.

    x: what the window has counted so far. whole: whether it is over; of one that is not only a surge can be said, since
    more may come. A window counts once, however often it is looked at before its end.
    """
    if x >= expected.limit:
        again = alert is not None and alert.looked_at >= ends_at and alert.below == 0
        above = 1 if alert is None else alert.above if again else alert.above + 1 if alert.below == 0 else 1
        level = _level(x, expected, above)
        if alert is not None:
            level = max(level, alert.level, key=_RANK.__getitem__)
        return Alert(level, x, expected, ends_at, above)
    if alert is None or not whole or alert.looked_at >= ends_at:
        return alert
    return replace(alert, x=x, expected=expected, looked_at=ends_at, above=0, below=alert.below + 1)


def silent(open_hours: float, rate: float) -> bool:
    """Whether it means something that nothing came. open_hours: since the last count; rate: what they should have brought."""
    return open_hours >= SILENT_HOURS and rate >= SILENT_RATE


def to_notice(now: datetime, noticed_at: datetime | None) -> bool:
    """Whether somebody is to be told, who was last told of this centre and metric at `noticed_at`."""
    return noticed_at is None or now - noticed_at >= NOTICE_EVERY


def _level(x: int, expected: Expected, above: int) -> Level:
    if x > CRITICAL_TIMES * expected.rate:
        return Level.CRITICAL
    return Level.CONFIRMED if above >= CONFIRMED_AFTER else Level.WATCH
