"""Opening what a consumer asked for, in bulk, before its handlers run."""

from collections.abc import Mapping
from typing import Any, Protocol

import orjson
from asyncpg.pgproto.pgproto import UUID

from shared.errors import Unreadable
from shared.eventsourcing.projection import Fact
from shared.messaging.batch import Batch
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
        # `ce_type` -> name of the event, and for each class the open field that holds the subject ("" = the context's).
        self._sealed = {
            kind: (known.name, [(which, known.event.sealed_under.get(which, "")) for which in sorted(classes)])
            for kind, known in contracts.items()
        }

    async def open(self, batch: Batch) -> None:
        """Fill `opened` of every fact. A blob that was altered or moved puts its record aside; raises Unavailable."""
        items: list[SealedItem] = []
        places: list[dict[FieldClass, Any]] = []
        for entries in batch.parts.values():
            for index, entry in enumerate(entries):
                fact = entry[4]
                if fact is not None and "sealed" in fact.data:
                    try:
                        found = self._items(fact)
                    except (ValueError, KeyError, TypeError, AttributeError):
                        entries[index] = entry._replace(fact=None, reason="schema-mismatch")
                        continue
                    items += found
                    places += [fact.opened] * len(found)
        if not items:
            return
        try:
            opened = await self._sealer.open_many(items)
        except Unreadable:
            await self._one_by_one(batch)
            return
        loads = orjson.loads
        for into, item, plaintext in zip(places, items, opened, strict=True):
            into[item.which] = ERASED if plaintext is ERASED else loads(plaintext)  # type: ignore[arg-type]  # no Erased here

    def _items(self, fact: Fact) -> list[SealedItem]:
        name, classes = self._sealed[fact.type]
        data = fact.data
        sealed = data["sealed"]
        found = []
        for which, under in classes:
            blob = sealed.get(which)
            if blob is not None:
                stream = UUID(fact.stream)
                subject = stream if under == "stream_id" else UUID(data[under] if under else data["ctx"]["subject_id"])
                found.append(SealedItem(subject, stream, UUID(fact.event_id), name, which, blob))
        return found

    async def _one_by_one(self, batch: Batch) -> None:
        """One blob in the batch is unreadable: find it, so that only its record is set aside."""
        for entries in batch.parts.values():
            for index, entry in enumerate(entries):
                if entry.fact is None or "sealed" not in entry.fact.data:
                    continue
                items = self._items(entry.fact)
                try:
                    opened = await self._sealer.open_many(items)
                except Unreadable:
                    entries[index] = entry._replace(fact=None, reason="projection-error", error="Unreadable")
                    continue
                for item, plaintext in zip(items, opened, strict=True):
                    entry.fact.opened[item.which] = ERASED if isinstance(plaintext, Erased) else orjson.loads(plaintext)
