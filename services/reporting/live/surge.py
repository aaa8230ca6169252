"""The surge watch at work: windows of the board, counts of the past, and the alerts that follow (statistics chapter, section 14)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from services.reporting.live.limit import LEAST_DAYS, WEEK, WEEKDAY_DAYS, YEAR_DAYS, Expected, expect, season_of
from services.reporting.live.opening import open_hours
from services.reporting.live.sources import WATCHED
from services.reporting.live.watch import SILENT_RATE, Alert, Level, judge, silent, to_notice
from services.reporting.live.windows import SIZE, STEP, Table, ends_since, sums
from shared import telemetry
from shared.eventsourcing.sql import statements
from shared.region_centre import Centre

SQL = statements(__package__)
DAY: Final = timedelta(seconds=SIZE)
REFRESH: Final = timedelta(hours=1)
LATE: Final = 8
"""Windows that are judged after an absence: those of the last two days."""
ALERT_LEVELS: Final = tuple(Level)

Of = tuple[str, str]
"""Centre and metric."""
log = telemetry.logger()


class Past:
    """Counts by day before an instant, of every centre and kind; what is to be expected follows from them."""

    def __init__(self, end: datetime, rows: Iterable[Any], known: Iterable[Any], *, season: bool) -> None:
        self._end, self._season = end, season
        self._days: dict[Of, dict[int, int]] = {}
        for row in rows:
            self._days.setdefault((row["centre"], row["metric"]), {})[row["day"]] = row["n"]
        self._first: dict[str, datetime] = {}
        self.last: dict[Of, datetime] = {}
        for row in known:
            centre = row["centre"]
            self._first[centre] = min(row["first"], self._first.get(centre, row["first"]))
            self.last[centre, row["metric"]] = row["last"]

    def count(self, of: Of, days: range) -> int:
        """What days counted from the end brought; day 0 is the last."""
        held = self._days.get(of, {})
        return sum(held.get(day, 0) for day in days)

    def expected(self, of: Of, *, days: int = 1) -> Expected | None:
        """Of the last `days` days before the end; None while the centre is too new."""
        centre = of[0]
        if centre not in self._first:
            return None
        known = (self._end - self._first[centre]) // DAY - days
        if known < LEAST_DAYS:
            return None
        held = self._days.get(of, {})
        longest = YEAR_DAYS if self._season else WEEKDAY_DAYS
        past: Sequence[int] = [held.get(day, 0) for day in range(days + min(known, longest) - 1, days - 1, -1)]
        return expect(past, days=days, season=season_of(past) if self._season else 1.0)


class SurgeWatch:
    """Looks every few seconds, judges each window once when it is over, and keeps the alerts in the database.

    season: whether last year's season counts. Times are those of the caller, so that a test may have its own.
    """

    def __init__(self, pool: Any, centres: Iterable[Centre], *, season: bool) -> None:
        self._pool, self._season = pool, season
        self._centres = {centre.code: centre for centre in centres}
        self._past: dict[datetime, tuple[datetime, Past]] = {}

    async def look(self, counts: Table, now: datetime, *, caught_up: bool) -> None:
        """caught_up: whether all that was published is counted; a window that lacks records is not judged."""
        alerts = {(row["centre"], row["metric"], row["span"]): _alert(row) for row in await self._pool.fetch(SQL.open_alerts)}
        if caught_up:
            last = await self._pool.fetchval(SQL.judged, "24h")
            for end in list(ends_since(last or now, now))[-LATE:]:
                await self._judge(counts, end, now, alerts)
            await self._pool.execute(SQL.put_judged, "24h", _last_end(now))
        await self._early(counts, now, alerts)
        self._tell(alerts)

    async def _judge(self, counts: Table, end: datetime, now: datetime, alerts: dict[tuple[str, str, str], Alert]) -> None:
        past = await self._known(end, now)
        windows = sums(counts, end - DAY)
        for of in self._all():
            if (expected := past.expected(of)) is not None:
                await self._settle(of, "24h", judge(alerts.get((*of, "24h")), windows.get(_turned(of), 0), expected, end), now, alerts)
        if end.hour == 0:
            weeks = [sums(counts, end - day * DAY) for day in range(1, WEEK + 1)]
            for of in self._all():
                if (expected := past.expected(of, days=WEEK)) is not None:
                    x = sum(each.get(_turned(of), 0) for each in weeks)
                    await self._settle(of, "7d", judge(alerts.get((*of, "7d")), x, expected, end), now, alerts)
        for of in self._all():
            await self._settle(of, "48h", self._silence(of, past, windows, end, alerts.get((*of, "48h"))), now, alerts)

    async def _early(self, counts: Table, now: datetime, alerts: dict[tuple[str, str, str], Alert]) -> None:
        """The oldest window that is not over holds the last 18 to 24 hours: a surge shows there before it ends."""
        end = _last_end(now) + timedelta(seconds=STEP)
        windows = sums(counts, end - DAY)
        if not any(x >= SILENT_RATE for x in windows.values()):
            return
        past = await self._known(end, now)
        for metric, centre in windows:
            of = centre, metric
            if metric in WATCHED and (expected := past.expected(of)) is not None:
                alert = judge(alerts.get((*of, "24h")), windows[metric, centre], expected, end, whole=False)
                if alert != alerts.get((*of, "24h")):
                    await self._settle(of, "24h", alert, now, alerts)

    def _silence(self, of: Of, past: Past, windows: Mapping[Of, int], end: datetime, alert: Alert | None) -> Alert | None:
        """A silence ends with the first count."""
        last, centre = past.last.get(of), self._centres[of[0]]
        if last is None or windows.get(_turned(of), 0):
            return alert and Alert(Level.SILENCE, windows.get(_turned(of), 0), alert.expected, end, 0, 2)
        days = max(1, (end - last) // DAY)
        expected = past.expected(of, days=min(days, WEEKDAY_DAYS))
        if alert is None and expected is not None and silent(open_hours(centre, last, end), expected.rate):
            return Alert(Level.SILENCE, 0, expected, end)
        return alert

    async def _settle(self, of: Of, span: str, alert: Alert | None, now: datetime, alerts: dict[tuple[str, str, str], Alert]) -> None:
        """Write what became of an alert, and tell somebody once a day."""
        if alert is None:
            return
        noticed_at = None
        if not alert.below:
            told = {(row["centre"], row["metric"]): row["at"] for row in await self._pool.fetch(SQL.noticed, now - DAY)}
            if to_notice(now, told.get(of)):
                noticed_at = now
                log.warning("surge_alert", centre=of[0], type=of[1], state=alert.level.value, where=span)
        threshold = SILENT_RATE if alert.level is Level.SILENCE else alert.expected.limit
        await self._pool.execute(
            SQL.put_alert, *of, span, alert.x, alert.expected.rate, alert.expected.spread, threshold, alert.level.value, alert.looked_at,
            alert.above, alert.below, now, noticed_at,
        )  # fmt: skip
        if alert.cleared:
            await self._pool.execute(SQL.clear_alert, *of, span, now)
            alerts.pop((*of, span), None)
        else:
            alerts[*of, span] = alert

    async def _known(self, end: datetime, now: datetime) -> Past:
        """The past before an end, read anew every hour."""
        held = self._past.get(end)
        if held is None or now - held[0] >= REFRESH:
            days = (YEAR_DAYS if self._season else WEEKDAY_DAYS) + WEEK + 1
            rows = await self._pool.fetch(SQL.history, end, days)
            held = now, Past(end, rows, await self._pool.fetch(SQL.known_since, end), season=self._season)
            self._past = {each: kept for each, kept in self._past.items() if each > end - DAY} | {end: held}
        return held[1]

    def _all(self) -> list[Of]:
        return [(centre, metric) for centre in self._centres for metric in WATCHED]

    def _tell(self, alerts: Mapping[tuple[str, str, str], Alert]) -> None:
        found = Counter((metric, alert.level) for (_, metric, _), alert in alerts.items())
        for metric in WATCHED:
            for level in ALERT_LEVELS:
                telemetry.SURGE_ALERTS.set(found[metric, level], {"metric": metric, "level": level.value})


def _last_end(now: datetime) -> datetime:
    return datetime.fromtimestamp(now.timestamp() // STEP * STEP, UTC)


def _turned(of: Of) -> tuple[str, str]:
    return of[1], of[0]


def _alert(row: Any) -> Alert:
    expected = Expected(row["lambda"], row["phi"])
    return Alert(Level(row["level"]), row["x"], expected, row["looked_at"], row["above"], row["below"])
