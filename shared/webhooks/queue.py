"""What is still to be delivered, in one SQLite file: facts wait here until their receiver has taken them."""

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

TABLES = """
create table if not exists next_offset (topic text, part int, next int not null, primary key (topic, part));
create table if not exists seen (stream text primary key, version int not null) without rowid;
create table if not exists endpoint (name text primary key, parked text, failing_since real, attempts int not null default 0, due real not null default 0);
create table if not exists waiting (endpoint text, stream text, version int, id text not null, body blob not null, attempts int not null default 0,
  failing_since real, due real not null default 0, queued_at real not null default 0, primary key (endpoint, stream, version)) without rowid;
"""  # noqa: E501


class Waiting(NamedTuple):
    """The oldest fact of a stream that an endpoint has not taken. failing_since: of this fact; None if it was not refused yet."""

    endpoint: str
    stream: str
    version: int
    id: str
    body: bytes
    attempts: int
    failing_since: float | None


class Queue:
    """One process at a time: the file is locked by SQLite for each write, and the consumer's place is in it. clock: as the deliverer's."""

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        self._db = sqlite3.connect(path, isolation_level=None, timeout=30)
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = full")
        self._db.executescript(TABLES)
        if "queued_at" not in {row[1] for row in self._db.execute("pragma table_info(waiting)")}:  # a file of an older release
            self._db.execute("alter table waiting add column queued_at real not null default 0")
            self._db.execute("update waiting set queued_at = ?", (clock(),))

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self._db.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._db.execute("rollback")
            raise
        self._db.execute("commit")

    # The consumer's side

    def offset(self, topic: str, part: int) -> int | None:
        row = self._db.execute("select next from next_offset where topic = ? and part = ?", (topic, part)).fetchone()
        return row[0] if row else None

    def go_on_from(self, topic: str, part: int, offset: int) -> None:
        self._db.execute("insert or replace into next_offset values (?, ?, ?)", (topic, part, offset))

    def version(self, stream: str) -> int:
        row = self._db.execute("select version from seen where stream = ?", (stream,)).fetchone()
        return row[0] if row else 0

    def saw(self, stream: str, version: int) -> None:
        self._db.execute("insert or replace into seen values (?, ?)", (stream, version))

    def add(self, endpoints: Iterable[str], stream: str, version: int, id_: str, body: bytes) -> int:
        """Let a fact wait for these endpoints; one that waits already stays as it is. Returns how many are new."""
        new = 0
        for name in endpoints:
            self._db.execute("insert or ignore into endpoint (name) values (?)", (name,))
            new += self._db.execute(
                "insert or ignore into waiting (endpoint, stream, version, id, body, queued_at) values (?, ?, ?, ?, ?, ?)",
                (name, stream, version, id_, body, self._clock()),
            ).rowcount
        return new

    # The deliverer's side

    def due(self, endpoint: str, now: float, limit: int) -> list[Waiting]:
        """The oldest fact of each stream, where it is due: a stream never overtakes itself. None while the endpoint rests."""
        rows = self._db.execute(
            "select w.endpoint, w.stream, w.version, w.id, w.body, w.attempts, w.failing_since from waiting w join endpoint e on e.name = "
            "w.endpoint where w.endpoint = ? and e.parked is null and e.due <= ? and w.due <= ? and w.version = (select min(version) from "
            "waiting o where o.endpoint = w.endpoint and o.stream = w.stream) order by w.due, w.stream limit ?",
            (endpoint, now, now, limit),
        )
        return [Waiting(*row) for row in rows]

    def taken(self, each: Waiting) -> None:
        """The receiver has it; the endpoint works."""
        with self.transaction():
            self._db.execute(
                "delete from waiting where endpoint = ? and stream = ? and version = ?", (each.endpoint, each.stream, each.version)
            )
            self._db.execute("update endpoint set failing_since = null, attempts = 0, due = 0 where name = ?", (each.endpoint,))

    def refused(self, each: Waiting, now: float, due: float) -> None:
        """This fact was refused: its stream waits, others go on."""
        self._db.execute(
            "update waiting set attempts = attempts + 1, failing_since = coalesce(failing_since, ?), due = ? "
            "where endpoint = ? and stream = ? and version = ?",
            (now, due, each.endpoint, each.stream, each.version),
        )

    def failing(self, endpoint: str) -> tuple[float | None, int]:
        """(since when the endpoint as a whole fails, tries since then)."""
        row = self._db.execute("select failing_since, attempts from endpoint where name = ?", (endpoint,)).fetchone()
        return (row[0], row[1]) if row else (None, 0)

    def failed(self, endpoint: str, now: float, due: float, attempts: int) -> None:
        """The endpoint is away: all of it rests until then. attempts: those that were made together are one."""
        self._db.execute(
            "update endpoint set failing_since = coalesce(failing_since, ?), attempts = ?, due = ? where name = ?",
            (now, attempts, due, endpoint),
        )

    def park(self, endpoint: str, reason: str) -> None:
        """No more tries until somebody releases it; facts go on waiting."""
        self._db.execute("update endpoint set parked = coalesce(parked, ?) where name = ?", (reason, endpoint))

    def release(self, endpoint: str) -> int:
        """Try again, at once; returns how many facts wait."""
        with self.transaction():
            self._db.execute("update endpoint set parked = null, failing_since = null, attempts = 0, due = 0 where name = ?", (endpoint,))
            self._db.execute("update waiting set attempts = 0, failing_since = null, due = 0 where endpoint = ?", (endpoint,))
        return self.waiting(endpoint)

    def waiting(self, endpoint: str | None = None) -> int:
        found = self._db.execute("select count(*) from waiting where ? is null or endpoint = ?", (endpoint, endpoint)).fetchone()[0]
        return int(found)

    def measured(self, endpoint: str) -> tuple[float, bool]:
        """(seconds since the oldest fact waits, 0 when none does; whether the endpoint is parked)."""
        since, parked = self._db.execute(
            "select (select min(queued_at) from waiting where endpoint = ?), "
            "exists (select 1 from endpoint where name = ? and parked is not null)",
            (endpoint, endpoint),
        ).fetchone()
        return (0.0 if since is None else max(0.0, self._clock() - since)), bool(parked)

    def overview(self) -> list[tuple[str, int, str, float | None]]:
        """(endpoint, facts waiting, why it is parked, failing since)."""
        return self._db.execute(
            "select name, (select count(*) from waiting w where w.endpoint = name), coalesce(parked, ''), failing_since "
            "from endpoint order by 1"
        ).fetchall()
