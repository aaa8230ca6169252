"""The keyring: one key per subject and class, made once, wrapped at rest, forgotten by deleting a row."""

import os
import time
from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from opentelemetry.trace import SpanKind

from shared import telemetry
from shared.errors import Unavailable
from shared.eventsourcing.database import TRANSIENT
from shared.eventsourcing.group import Group
from shared.eventsourcing.sql import statements
from shared.privacy.classes import FieldClass
from shared.privacy.kek import Keks


@dataclass(frozen=True, slots=True)
class SubjectKey:
    """An unwrapped key, in the memory of a service that holds the KEK of its class."""

    key_id: UUID
    aead: AESGCM
    key: bytes = field(default=b"", repr=False)

    @classmethod
    def of(cls, key_id: UUID, key: bytes) -> "SubjectKey":
        return cls(key_id, AESGCM(key), key)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A key to seal with. key_id: the id it must have (profile keys); then a leftover key of another id is destroyed."""

    subject_id: UUID
    which: FieldClass
    key_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A service has forgotten a subject. tables: what it purged."""

    service: str
    at: datetime
    tables: Sequence[str]


Slot = tuple[UUID, FieldClass]
SQL = statements(__package__)
MAX_AGE_S: Final = 60.0
"""How long a process may go on with a key that another has destroyed: what the proof of an erasure promises."""


class Keyring:
    """Keys of subjects, through a bounded cache.

    New keys ride in a group commit of their own and are durable before the events sealed with them (performance
    chapter, rule 11): an orphan key row is harmless, an event without its key is lost.
    cached: keys held at most; max_age_s: how long a key may be used here after another process destroyed it.
    """

    def __init__(self, pool: "asyncpg.Pool[Any]", keks: Keks, *, cached: int = 5_000, max_age_s: float = MAX_AGE_S) -> None:
        self.pool, self.keks = pool, keks
        self._cached, self._max_age = cached, max_age_s
        self._cache: OrderedDict[Slot, tuple[float, SubjectKey]] = OrderedDict()
        self._make: Group[Wanted, SubjectKey | None] = Group(self._flush_make, limit=128, flights=2, alive=getattr(pool, "answers", None))

    def classes(self) -> frozenset[FieldClass]:
        """The classes that this service can seal and open."""
        return self.keks.classes()

    async def for_sealing(self, wanted: Sequence[Wanted], *, fresh: bool) -> dict[Slot, SubjectKey]:
        """Keys to seal with, made where they do not exist. A barred (erased) subject has none.

        fresh: the subjects are new, so looking for existing keys would be a wasted trip.
        A profile key is only ever made under the id that a consent names: without one, the existing key or none.
        """
        found: dict[Slot, SubjectKey] = {}
        if not fresh:
            # Never from memory: a consent may have been given again elsewhere, and what the older key seals is lost.
            for slot in [(w.subject_id, w.which) for w in wanted if w.which is FieldClass.PROFILE and not w.key_id]:
                self._cache.pop(slot, None)
            found = await self.for_opening([(w.subject_id, w.which) for w in wanted])
            found = {
                slot: key
                for slot, key in found.items()
                if all(w.key_id in (None, key.key_id) for w in wanted if (w.subject_id, w.which) == slot)
            }
        missing = [w for w in wanted if (w.subject_id, w.which) not in found and (w.key_id or w.which is not FieldClass.PROFILE)]
        if not missing:
            return found
        with _trip([w.which for w in missing], "Repeat with the same key."):
            made = await self._make.submit_all(missing)
        return found | {(w.subject_id, w.which): key for w, key in zip(missing, made, strict=True) if key}

    async def for_opening(self, slots: Iterable[Slot], *, anew: bool = False) -> dict[Slot, SubjectKey]:
        """The existing keys of these subjects and classes; absent ones were never made or are forgotten.

        anew: as they are in the keyring now, whatever is remembered here.
        """
        now = time.monotonic()
        found: dict[Slot, SubjectKey] = {}
        missing: list[Slot] = []
        mine = self.keks.classes()
        for slot in set(slots):
            hit = self._cache.get(slot)
            if hit and not anew and now - hit[0] < self._max_age:
                found[slot] = hit[1]
            elif slot[1] in mine:
                missing.append(slot)
        if found and telemetry.enabled():
            for which, hits in Counter(which for _, which in found).items():
                telemetry.KEYRING_CACHE_HITS.add(hits, {"class": which.value})
        if missing:
            with _trip([which for _, which in missing]):
                rows = await self.pool.fetch(SQL.fetch_keys, [s for s, _ in missing], [c for _, c in missing])
                found.update(await self._unwrap(rows))
        return found

    async def destroy(self, slots: Sequence[Slot], *, key_ids: Sequence[UUID] | None = None) -> int:
        """Delete keys (only those of the given ids, where ids are named); returns how many rows went."""
        for slot in slots:
            self._cache.pop(slot, None)
        try:
            done = await self.pool.fetch(
                SQL.destroy_keys,
                [s for s, _ in slots],
                [c for _, c in slots],
                None if key_ids is None else list(key_ids),
            )
        except TRANSIENT as error:
            raise Unavailable("The keyring") from error
        return len(done)

    async def bar(self, subject_id: UUID) -> None:
        """Forget a subject for good: all keys go, and none is ever made again."""
        self.forget_cached(subject_id)
        try:
            await self.pool.execute(SQL.bar_subject, subject_id)
        except TRANSIENT as error:
            raise Unavailable("The keyring", "Repeat with the same key.") from error

    async def acknowledge(self, subject_id: UUID, service: str, tables: Sequence[str]) -> None:
        """Say that a service has purged a subject, and where. Raises Unavailable."""
        try:
            await self.pool.execute(SQL.acknowledge, subject_id, service, list(tables))
        except TRANSIENT as error:
            raise Unavailable("The keyring") from error

    async def acknowledged(self, subject_id: UUID) -> list[Acknowledgement]:
        """Who has forgotten a subject; the row of service `keyring` is the destruction of the keys. Raises Unavailable."""
        try:
            return [Acknowledgement(*row) for row in await self.pool.fetch(SQL.acknowledged, subject_id)]
        except TRANSIENT as error:
            raise Unavailable("The keyring") from error

    def forget_cached(self, subject_id: UUID) -> None:
        """Drop a subject's keys from this process's memory."""
        for which in FieldClass:
            self._cache.pop((subject_id, which), None)

    async def _flush_make(self, wanted: Sequence[Wanted]) -> list[SubjectKey | None]:
        keys = [(w.which, w.key_id or uuid4(), os.urandom(32)) for w in wanted]
        wrapped = await self.keks.wrap(keys)
        rows = await self.pool.fetch(
            SQL.make_keys,
            [w.subject_id for w in wanted],
            [w.which for w in wanted],
            [key_id for _, key_id, _ in keys],
            [blob for _, blob in wrapped],
            [version for version, _ in wrapped],
            [w.key_id is not None for w in wanted],
        )
        made = {
            (w.subject_id, w.which): (blob, SubjectKey.of(key_id, key))
            for w, (_, key_id, key), (_, blob) in zip(wanted, keys, wrapped, strict=True)
        }
        strangers = []
        found: dict[Slot, SubjectKey] = {}
        for row in rows:
            slot = (row[0], FieldClass(row[1]))
            blob, key = made[slot]
            # By the key itself, not by its id: the id of a profile key follows from the command, so a repeated command
            # finds its first try's key under the id that it drew for another.
            if row[3] == blob:
                found[slot] = self._remember(slot, key)
            else:
                strangers.append(row)
        if strangers:
            found.update(await self._unwrap(strangers))
        return [found.get((w.subject_id, w.which)) for w in wanted]

    async def _unwrap(self, rows: Sequence[Any]) -> dict[Slot, SubjectKey]:
        slots = [(row[0], FieldClass(row[1])) for row in rows]
        keys = await self.keks.unwrap([(s[1], r[2], r[4], r[3]) for s, r in zip(slots, rows, strict=True)])
        return {slot: self._remember(slot, SubjectKey.of(row[2], key)) for slot, row, key in zip(slots, rows, keys, strict=True)}

    def _remember(self, slot: Slot, key: SubjectKey) -> SubjectKey:
        self._cache[slot] = (time.monotonic(), key)
        if len(self._cache) > self._cached:
            self._cache.popitem(last=False)
        return key


@contextmanager
def _trip(classes: Iterable[FieldClass], remedy: str = "") -> Iterator[None]:
    """One trip to the keyring and its KEKs: measured, and Unavailable when one of the two is away."""
    with telemetry.span("keyring fetch", SpanKind.CLIENT, db_system_name="postgresql"):
        try:
            yield
        except Unavailable:
            _failed(classes)
            raise
        except TRANSIENT as error:
            _failed(classes)
            raise Unavailable("The keyring", remedy) from error


def _failed(classes: Iterable[FieldClass]) -> None:
    for which in set(classes):
        telemetry.KEYRING_FAILURES.add(1, {"class": which.value})
