"""The windows of the live board, kept so that a record which comes twice is counted once. Pure but for the table it is given.

Faust repeats records after a crash: what it wrote to a changelog may be ahead of the offset that it committed. A plain `+= 1`
would count those twice. So beside each count stands the last offset that it holds; one partition's records come in order.
"""

from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import floor
from typing import Any, Final

from services.reporting.live.sources import Seen

HOUR: Final = 3600
SIZE, STEP = 24 * HOUR, 6 * HOUR
"""Of the windows that the surge watch judges, in seconds."""
KEPT: Final = 9 * 24 * HOUR
"""How long windows are held: seven days, the oldest of 24 hours, and a day for a process that was away."""
BOARD_KEPT: Final = 3 * 24 * HOUR

Range = tuple[float, float]
Key = tuple[str, Range]
Table = MutableMapping[Key, Any]


def name(seen: Seen, partition: int, *, point: bool) -> str:
    """The key of a count. The point comes last, since it may hold anything but the others may not."""
    return f"{partition}/{seen.metric}/{seen.centre}" + (f"/{seen.point}" if point else "")


def parse(key: str) -> tuple[int, Seen]:
    """Partition, and what is counted under a key (with n 0)."""
    partition, metric, centre, *point = key.split("/", 3)
    return int(partition), Seen(metric, centre, point[0] if point else "", 0)


def add(table: Table, key: Key, n: int, offset: int) -> bool:
    """Add a record's count to one window, unless the record is in it; returns whether it was added."""
    held = table.get(key)
    if held is not None and held[1] >= offset:
        return False
    table[key] = [(held[0] if held is not None else 0) + n, offset]
    return True


@dataclass(slots=True)
class Pruned:
    """Takes windows out that are over for long, once an hour and partition: Faust's own expiry would keep a row a record."""

    kept: float
    _hours: dict[int, float] = field(default_factory=dict)

    def prune(self, table: Table, partition: int, now: float) -> int:
        """Only of the partition whose record is in hand: a changelog is written in its partition."""
        hour = now // HOUR
        if self._hours.get(partition) == hour:
            return 0
        self._hours[partition] = hour
        mine = f"{partition}/"
        old = [key for key in list(table) if key[0].startswith(mine) and key[1][1] < now - self.kept]
        for key in old:
            del table[key]
        return len(old)


def ends_since(last: datetime, now: datetime, step: int = STEP) -> Iterator[datetime]:
    """Ends of windows after `last` and up to `now`, the earliest first."""
    end = (floor(last.timestamp()) // step + 1) * step
    while end <= now.timestamp():
        yield datetime.fromtimestamp(end, UTC)
        end += step


def sums(table: Table, starts_at: datetime) -> dict[tuple[str, str], int]:
    """(metric, centre) -> count of the 24 hours from `starts_at`, over all partitions."""
    start = starts_at.timestamp()
    found: dict[tuple[str, str], int] = {}
    for (key, held), value in list(table.items()):
        if held[0] == start:
            _, seen = parse(key)
            found[seen.metric, seen.centre] = found.get((seen.metric, seen.centre), 0) + value[0]
    return found
