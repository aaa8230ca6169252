"""The event store: append at an expected version, load in order. `Store` is the promise, `PostgresStore` keeps it.

Both stores (this one and `memory.MemoryStore`) pass the one contract suite in `tests/contract/test_store.py`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple, Protocol
from uuid import UUID

import asyncpg
import orjson
from opentelemetry.trace import SpanKind

from shared import telemetry
from shared.errors import InProgress, Mismatch, Unavailable
from shared.eventsourcing.database import TRANSIENT
from shared.eventsourcing.group import Group
from shared.eventsourcing.sql import statements

SQL = statements(__package__)

OutcomeKind = Literal["appended", "conflict", "duplicate", "rule"]


class NewEvent(NamedTuple):
    """An event ready to be stored. data: the wire value as JSON text; meta: what is not published, as JSON text."""

    event_id: UUID
    type: str
    schema: int
    data: str
    meta: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Part:
    """New events of one stream at an expected version (0: the stream does not exist yet).

    search: (term, add?) rows; claims: (name, key, claim?) reservations; places: (unit, capacity, take?), a place of a unit
    taken or given up. All are written with the events.
    """

    stream_id: UUID
    kind: str
    expected: int
    events: Sequence[NewEvent]
    search: Sequence[tuple[int, bool]] = ()
    claims: Sequence[tuple[str, str, bool]] = ()
    places: Sequence[tuple[str, int, bool]] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What became of an append. version: of the stream now (None: it does not exist). rule: name of the lost claim.

    group: appends that shared its commit.
    """

    kind: OutcomeKind
    version: int | None
    recorded_at: datetime
    rule: str | None = None
    group: int = field(default=1, compare=False)


class StoredEvent(NamedTuple):
    """A row of `event`, decoded but neither upcast nor opened. A tuple, because a frozen dataclass takes six times as long
    to make and every reading makes as many as the stream is long."""

    event_id: UUID
    stream_id: UUID
    version: int
    kind: str
    type: str
    schema: int
    data: dict[str, Any]
    meta: Mapping[str, Any]
    occurred_at: datetime
    recorded_at: datetime


class Store(Protocol):
    """What every event store promises."""

    async def append(self, *parts: Part) -> Result:
        """Store one append, all of it or nothing. Several parts: several streams, one result.

        Never raises for a lost race: the result says `conflict` (another version), `duplicate` (its first event is
        already stored) or `rule` (a claim is held by another stream, a unit has no free place). Raises Unavailable, in its
        kind InProgress when another process holds the stream or writes the same events, and Mismatch when the version is
        right but an event of this id is stored elsewhere: its key was used for another record.
        """
        ...

    async def load(self, stream_id: UUID) -> list[StoredEvent]:
        """All events of a stream in order; empty if it does not exist."""
        ...

    async def find(self, event_ids: Sequence[UUID]) -> list[StoredEvent]:
        """The stored ones of these events, in no particular order."""
        ...

    async def search(self, terms: Sequence[int], limit: int = 200) -> dict[int, list[UUID]]:
        """Streams by term, at most `limit` each; terms without a stream are absent."""
        ...


# What Postgres says of a row or an index entry that was waited for; of a whole table that is locked it says no such thing.
_HELD = re.compile(r'in relation "(?:stream|event)"')


def _bad_row(error: Exception) -> bool:
    # Class 22 (data) and 23 (integrity): one member's row is to blame, so each is tried alone.
    return isinstance(error, asyncpg.PostgresError) and (error.sqlstate or "")[:2] in ("22", "23")


class PostgresStore:
    """The event store of one service in its own database.

    Appends travel by group commit, one call of `append_events` a group (`append.sql`); an append over several streams
    is a group of its own.
    """

    def __init__(self, pool: "asyncpg.Pool[Any]", *, group_limit: int = 64, flights: int = 2) -> None:
        self.pool = pool
        self._group: Group[Part, Result] = Group(
            self._flush, limit=group_limit, flights=flights, isolates=_bad_row, alive=getattr(pool, "answers", None)
        )

    async def append(self, *parts: Part) -> Result:
        with telemetry.span("append", SpanKind.CLIENT, db_system_name="postgresql", db_operation_name="append_events") as span:
            try:
                result = await (self._one(parts[0]) if len(parts) == 1 else self._together(parts))
            except TRANSIENT as error:
                if isinstance(error, asyncpg.LockNotAvailableError) and _HELD.search(getattr(error, "context", None) or ""):
                    raise InProgress() from error
                raise Unavailable("Postgres", "Repeat with the same key.") from error
            except asyncpg.UniqueViolationError as error:
                if error.constraint_name != "event_once":
                    raise
                raise Mismatch() from error
            span.set_attribute("gabay.group.size", result.group)
            return result

    async def _one(self, part: Part) -> Result:
        result = await self._group.submit(part)
        if result.kind == "rule":
            # A claim or a place may have been lost to a member of the same group that lost in turn, or gave up what this
            # one wants: ask once more, alone.
            result = (await self._flush([part]))[0]
        return result

    async def _flush(self, parts: Sequence[Part]) -> list[Result]:
        rows = await self.pool.fetch(SQL.append_group, *_columns(parts))
        results: list[Result | None] = [None] * len(parts)
        for row in rows:
            results[row[0] - 1] = Result(row[1], row[2], row[3], row[4], len(parts))
        if telemetry.enabled():
            telemetry.APPEND_GROUP_SIZE.record(len(parts), telemetry.SERVICE)
            if lost := sum(row[1] == "conflict" for row in rows):
                telemetry.APPEND_CONFLICTS.add(lost, telemetry.SERVICE)
        return results  # type: ignore[return-value]  # one row a part: the function's promise, checked by zip(strict)

    async def _together(self, parts: Sequence[Part]) -> Result:
        # In stream order: two appends over the same streams must lock them in the same order.
        parts = sorted(parts, key=lambda part: part.stream_id)
        try:
            rows = await self.pool.fetch(SQL.append_group, *_columns(parts, together=True))
        except asyncpg.PostgresError as error:
            if error.sqlstate != "GB001":
                raise
            if await self.find([part.events[0].event_id for part in parts]):
                return Result("duplicate", None, _never())
            detail = error.detail or "conflict"
            if detail.startswith("rule "):
                return Result("rule", None, _never(), detail.removeprefix("rule "))
            telemetry.APPEND_CONFLICTS.add(1, telemetry.SERVICE)
            return Result("conflict", None, _never())
        return Result("appended", rows[0][2], rows[0][3], group=len(parts))

    async def load(self, stream_id: UUID) -> list[StoredEvent]:
        return await self._read(SQL.load_stream, stream_id)

    async def find(self, event_ids: Sequence[UUID]) -> list[StoredEvent]:
        return await self._read(SQL.find_events, list(event_ids))

    async def search(self, terms: Sequence[int], limit: int = 200) -> dict[int, list[UUID]]:
        found: dict[int, list[UUID]] = {}
        try:
            for row in await self.pool.fetch(SQL.search_terms, list(terms), limit):
                found.setdefault(row[0], []).append(row[1])
        except TRANSIENT as error:
            raise Unavailable("Postgres") from error
        return found

    async def _read(self, query: str, argument: Any) -> list[StoredEvent]:
        try:
            rows = await self.pool.fetch(query, argument)
        except TRANSIENT as error:
            raise Unavailable("Postgres") from error
        return [StoredEvent(r[0], r[1], r[2], r[3], r[4], r[5], orjson.loads(r[6]), orjson.loads(r[7]), r[8], r[9]) for r in rows]


async def append_within(connection: Any, parts: Sequence[Part]) -> bool:
    """Append to several streams inside the caller's own transaction, for facts that must stand or fall with rows beside them.

    False when another writer was first: nothing of the append is stored, and the caller's transaction can only be given up.
    """
    parts = sorted(parts, key=lambda part: part.stream_id)
    try:
        await connection.fetch(SQL.append_group, *_columns(parts, together=True))
    except asyncpg.PostgresError as error:
        if error.sqlstate != "GB001":
            raise
        return False
    return True


def _never() -> datetime:
    return datetime.min.replace(tzinfo=UTC)


def _columns(parts: Sequence[Part], *, together: bool = False) -> list[Any]:
    """The parts as the arguments of `append_events`."""
    events = [(n, part.expected + k, e) for n, part in enumerate(parts, 1) for k, e in enumerate(part.events, 1)]
    search = [(n, term, add) for n, part in enumerate(parts, 1) for term, add in part.search]
    claims = [(n, name, key, claim) for n, part in enumerate(parts, 1) for name, key, claim in part.claims]
    places = [(n, unit, capacity, take) for n, part in enumerate(parts, 1) for unit, capacity, take in part.places]
    return [
        [part.stream_id for part in parts],
        [part.kind for part in parts],
        [part.expected for part in parts],
        [len(part.events) for part in parts],
        [n for n, _, _ in events],
        [version for _, version, _ in events],
        [e.event_id for _, _, e in events],
        [e.type for _, _, e in events],
        [e.schema for _, _, e in events],
        [e.data for _, _, e in events],
        [e.meta for _, _, e in events],
        [e.occurred_at for _, _, e in events],
        [s[0] for s in search],
        [s[1] for s in search],
        [s[2] for s in search],
        [c[0] for c in claims],
        [c[1] for c in claims],
        [c[2] for c in claims],
        [c[3] for c in claims],
        together,
        [p[0] for p in places],
        [p[1] for p in places],
        [p[2] for p in places],
        [p[3] for p in places],
    ]
