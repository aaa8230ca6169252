"""A projection behind the consumer loop: facts become rows, guard and offsets move in the same transaction."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from shared import telemetry
from shared.eventsourcing.projection import Fact, Op, Projection
from shared.messaging import guard
from shared.messaging.batch import Batch, Entry, Place, Reader
from shared.messaging.contracts import Contract, contracts
from shared.messaging.failures import judge
from shared.messaging.opening import Opener, Opens
from shared.messaging.write import Writer

log = telemetry.logger()

SLICE = 200  # facts that are handled before anybody else has a turn


class Projecting:
    """What the consumer loop calls for one projection. sealer: needed if the projection opens classes."""

    def __init__(
        self,
        projection: Projection,
        *,
        sealer: Opens | None = None,
        writer: Writer | None = None,
        known: Mapping[str, Contract] | None = None,
    ) -> None:
        self.projection = projection
        self.name = projection.consumer
        self.topics = projection.topics
        self.reader = Reader(projection.handlers)
        self._writer = writer or Writer(projection)
        if projection.opens and sealer is None:
            raise TypeError(f"{projection.name} opens {', '.join(projection.opens)} and was given nothing to open it with")
        self._opener = Opener(sealer, projection.opens, contracts() if known is None else known) if projection.opens and sealer else None

    async def open(self, batch: Batch) -> None:
        """Open what the handlers need, and ask them. Raises Unavailable.

        They are pure, so they are asked while the batch before is written. In the transaction, Postgres stood still for a
        fifth of the time until they had all answered.
        """
        if self._opener:
            await self._opener.open(batch)
        for entries in batch.parts.values():
            for start in range(0, len(entries), SLICE):
                for entry in entries[start : start + SLICE]:
                    if entry[4] is not None:
                        entry[4].made = self._make(entry[4])
                await asyncio.sleep(0)

    async def write(
        self, connection: guard.Connection, batch: Batch, expected: Mapping[Place, int], *, careful: bool = False
    ) -> guard.Sieve:
        """Apply a batch in one transaction. careful: record by record in savepoints, to find the one at fault."""
        async with connection.transaction():
            await guard.lock(connection, self.name, batch, expected)
            decided = await guard.sieve(connection, self.name, batch.parts.values(), compacted=self.projection.compacted)
            await _forget_settled(connection, self.name, batch, decided)
            if careful:
                await self._carefully(connection, batch, decided)
            else:
                await self._writer.write(connection, self._operations(batch, decided))
            await guard.store(connection, decided, batch.following)
        return decided

    async def apply(self, connection: guard.Connection, entry: Entry) -> None:
        """Apply one admitted record inside the caller's transaction (a release, a savepoint)."""
        assert entry.fact is not None
        assert entry.stream is not None
        stream = entry.stream
        handler = self.projection.handlers[entry.type]
        await self._writer.write(connection, [(stream, operation) for operation in _several(handler(entry.fact))])

    def _make(self, fact: Fact) -> Op | list[Op] | Exception:
        """What the handler of a fact says, or what it raised: it is pure, so that is about this record."""
        try:
            found = self.projection.handlers[fact.type](fact)
            return found if isinstance(found, Op) else _several(found)
        except Exception as error:
            return error

    def _operations(self, batch: Batch, decided: guard.Sieve) -> list[tuple[str, Op]]:
        admit = decided.admit
        operations: list[tuple[str, Op]] = []
        for entries in batch.parts.values():
            for entry in entries:
                if not admit(entry):
                    continue
                fact = entry[4]
                if fact is None:
                    continue
                made = fact.made
                if type(made) is Op:
                    operations.append((fact.stream, made))
                elif type(made) is list:
                    stream = fact.stream
                    operations += [(stream, operation) for operation in made]
                else:
                    decided.fail(entry, "projection-error", made)
        return operations

    async def _carefully(self, connection: guard.Connection, batch: Batch, decided: guard.Sieve) -> None:
        for entries in batch.parts.values():
            for entry in entries:
                if not decided.admit(entry) or entry.fact is None:
                    continue
                try:
                    async with connection.transaction():
                        await self.apply(connection, entry)
                except Exception as error:
                    if judge(error, connection) != "poison":
                        raise
                    decided.fail(entry, "projection-error", error)


def _several(found: Op | Iterable[Op] | None) -> list[Op]:
    if found is None:
        return []
    return [found] if isinstance(found, Op) else list(found)


async def _forget_settled(connection: Any, consumer: str, batch: Batch, decided: guard.Sieve) -> None:
    """Leave out undecodable records that an operator has released or discarded before (they are read again)."""
    doubtful = [e for part in batch.parts.values() for e in part if e.reason is not None and e.version is None]
    if not doubtful:
        return
    done = await guard.settled(connection, consumer, doubtful)
    for place, entries in batch.parts.items():
        batch.parts[place] = [e for e in entries if (e.record.topic, e.record.partition, e.record.offset) not in done]
    decided.repeats += len(done)
