"""An event store in memory, for unit tests. It earns its keep only while it passes what Postgres passes."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import orjson

from shared.errors import Mismatch
from shared.eventsourcing.store import Part, Result, StoredEvent


class MemoryStore:
    """Every promise of `Store`, without durability. Not safe across threads; one event loop."""

    def __init__(self) -> None:
        self.streams: dict[UUID, list[StoredEvent]] = {}
        self.events: dict[UUID, StoredEvent] = {}
        self.terms: dict[int, list[UUID]] = {}
        self.reservations: dict[tuple[str, str], UUID] = {}
        self.taken: dict[str, int] = {}

    async def append(self, *parts: Part) -> Result:
        now = datetime.now(UTC)
        if any(self._version(p.stream_id) != p.expected or self._other_kind(p) for p in parts):
            known = any(p.events[0].event_id in self.events for p in parts)
            version = self._version(parts[0].stream_id) or None
            return Result("duplicate" if known else "conflict", version, now)
        for part in parts:
            for name, key, claim in part.claims:
                if claim and self.reservations.get((name, key), part.stream_id) != part.stream_id:
                    return Result("rule", part.expected or None, now, name)
            if any(take and self.taken.get(unit, 0) >= capacity for unit, capacity, take in part.places):
                return Result("rule", part.expected or None, now, "occupancy")
        if any(event.event_id in self.events for part in parts for event in part.events):
            raise Mismatch()
        for part in parts:
            self._store(part, now)
        return Result("appended", self._version(parts[0].stream_id), now)

    async def load(self, stream_id: UUID) -> list[StoredEvent]:
        return list(self.streams.get(stream_id, ()))

    async def find(self, event_ids: Sequence[UUID]) -> list[StoredEvent]:
        return [self.events[i] for i in event_ids if i in self.events]

    async def search(self, terms: Sequence[int], limit: int = 200) -> dict[int, list[UUID]]:
        return {t: self.terms[t][:limit] for t in terms if self.terms.get(t)}

    def _version(self, stream_id: UUID) -> int:
        return len(self.streams.get(stream_id, ()))

    def _other_kind(self, part: Part) -> bool:
        stored = self.streams.get(part.stream_id)
        return stored is not None and stored[0].kind != part.kind

    def _store(self, part: Part, now: datetime) -> None:
        for version, e in enumerate(part.events, part.expected + 1):
            stored = StoredEvent(
                e.event_id, part.stream_id, version, part.kind, e.type, e.schema,
                orjson.loads(e.data), orjson.loads(e.meta), e.occurred_at, now,
            )  # fmt: skip
            self.streams.setdefault(part.stream_id, []).append(stored)
            self.events[e.event_id] = stored
        for term, add in part.search:
            held = self.terms.setdefault(term, [])
            if add and part.stream_id not in held:
                held.append(part.stream_id)
            elif not add and part.stream_id in held:
                held.remove(part.stream_id)
        for name, key, claim in part.claims:
            if claim:
                self.reservations[(name, key)] = part.stream_id
            elif self.reservations.get((name, key)) == part.stream_id:
                del self.reservations[(name, key)]
        for unit, _, take in part.places:
            self.taken[unit] = self.taken.get(unit, 0) + (1 if take else -1)
