"""What the live process writes for the page: windows that changed, and how far each partition is read."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from services.reporting.live.app import Board, LiveApp, Read
from services.reporting.live.windows import BOARD_KEPT, parse
from shared.eventsourcing.sql import statements
from shared.messaging.access import LIVE_TOPICS

SQL = statements(__package__)
BATCH: Final = 1000


async def put_windows(pool: Any, board: Board) -> int:
    """Write what changed; what could not be written is tried again. Returns how many windows."""
    taken = list(board.changed)[:BATCH]
    rows = []
    for key in taken:
        held = board.hours.table.get(key)
        if held is not None:
            partition, seen = parse(key[0])
            starts_at = datetime.fromtimestamp(key[1][0], UTC)
            rows.append((seen.metric, seen.centre, seen.point, starts_at, partition, held[0]))
    # Before the trip: a record that comes meanwhile marks its window again.
    board.changed.difference_update(taken)
    try:
        if rows:
            await pool.execute(SQL.put_windows, *map(list, zip(*sorted(rows), strict=True)))
    except BaseException:
        board.changed.update(taken)
        raise
    return len(rows)


async def drop_windows(pool: Any, now: datetime) -> None:
    """Forget what the board no longer shows."""
    await pool.execute(SQL.drop_windows, now - timedelta(seconds=BOARD_KEPT))


async def put_sources(pool: Any, app: LiveApp, board: Board, now: datetime) -> int | None:
    """Write how far each partition is read; returns the records that wait, None without an assignment."""
    places = [tp for tp in app.consumer.assignment() if tp.topic in LIVE_TOPICS]
    if not places:
        return None
    ends = await app.consumer.highwaters(*places)
    rows, waiting = [], 0
    for tp in places:
        end = ends.get(tp) or 0
        read = board.read.get((tp.topic, tp.partition)) or Read(await app.consumer.position(tp) or 0)
        rows.append((tp.topic, tp.partition, read.following, end, _at(read.recorded_at), now))
        waiting += max(0, end - read.following)
    await pool.execute(SQL.put_sources, *map(list, zip(*sorted(rows, key=_place), strict=True)))
    return waiting


def _place(row: tuple[Any, ...]) -> tuple[str, int]:
    return row[0], row[1]


def _at(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
