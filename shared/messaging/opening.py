"""Opening what a consumer asked for, in bulk, before its handlers run."""

from collections.abc import Mapping
from typing import Any, Protocol

import orjson
from asyncpg.pgproto.pgproto import UUID

from shared.errors import Unreadable
from shared.messaging.batch import Batch, Entry
from shared.messaging.contracts import Contract
from shared.privacy.classes import ERASED, Erased, FieldClass
from shared.privacy.sealed import SealedItem


class Opens(Protocol):
    """The part of `Sealer` that is used here."""

    async def open_many(self, items: list[SealedItem]) -> list[bytes | Erased]: ...


class Opener:
    """Opens some classes of the facts of a batch. contracts: to know under whose key a blob is sealed."""

    def __init__(self, sealer: Opens, classes: frozenset[FieldClass], contracts: Mapping[str, Contract]) -> None:
        self._sealer = sealer
        self._classes = tuple(classes)
        self._contracts = contracts

    async def open(self, batch: Batch) -> None:
        """Fill `opened` of every fact. A blob that was altered or moved puts its record aside; raises Unavailable."""
        items: list[SealedItem] = []
        places: list[tuple[dict[FieldClass, Any], FieldClass]] = []
        for entries in batch.parts.values():
            for index, entry in enumerate(entries):
                if entry.fact is not None and "sealed" in entry.fact.data:
                    try:
                        found = self._items(entry)
                    except (ValueError, KeyError, TypeError, AttributeError):
                        entries[index] = entry._replace(fact=None, reason="schema-mismatch")
                        continue
                    for item in found:
                        items.append(item)
                        places.append((entry.fact.opened, item.which))
        if not items:
            return
        try:
            opened = await self._sealer.open_many(items)
        except Unreadable:
            await self._one_by_one(batch)
            return
        loads = orjson.loads
        for (into, which), plaintext in zip(places, opened, strict=True):
            into[which] = ERASED if isinstance(plaintext, Erased) else loads(plaintext)

    def _items(self, entry: Entry) -> list[SealedItem]:
        fact = entry.fact
        assert fact is not None
        sealed = fact.data["sealed"]
        found = []
        for which in self._classes:
            blob = sealed.get(which)
            if blob is None:
                continue
            contract = self._contracts[fact.type]
            under = contract.event.sealed_under.get(which)
            stream = UUID(fact.stream)
            subject = stream
            if under != "stream_id":
                subject = UUID(fact.data[under] if under else fact.data["ctx"]["subject_id"])
            found.append(SealedItem(subject, stream, UUID(fact.event_id), contract.name, which, blob))
        return found

    async def _one_by_one(self, batch: Batch) -> None:
        """One blob in the batch is unreadable: find it, so that only its record is set aside."""
        for entries in batch.parts.values():
            for index, entry in enumerate(entries):
                if entry.fact is None or "sealed" not in entry.fact.data:
                    continue
                items = self._items(entry)
                try:
                    opened = await self._sealer.open_many(items)
                except Unreadable:
                    entries[index] = entry._replace(fact=None, reason="projection-error", error="Unreadable")
                    continue
                for item, plaintext in zip(items, opened, strict=True):
                    entry.fact.opened[item.which] = ERASED if isinstance(plaintext, Erased) else orjson.loads(plaintext)
