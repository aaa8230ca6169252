"""The guard: each version of a stream is applied once, in order, or the consumer stops and says so.

`Sieve` decides, without any input or output, what happens to each record of a batch; the functions below read and write
what it needs in the transaction of the batch.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shared.errors import GabayError, Hole
from shared.eventsourcing.sql import statements
from shared.messaging.batch import Batch, Entry, Place, erases, pack_headers
from shared.messaging.cloudevents import Reason

SQL = statements(__package__)
Connection = Any


class Rewound(GabayError):
    """The stored offsets were set back meanwhile: the batch is dropped and reading goes on from there."""


class Sieve:
    """What to do with the records of one batch. guard: stream -> applied version; parked: streams that stand aside.

    alone: a failed record parks alone instead of its stream, and the guard moves past it (reactions).
    compacted: the topic keeps only newest facts, so versions may be missing.
    """

    def __init__(self, consumer: str, guard: dict[str, int], parked: set[str], *, alone: bool = False, compacted: bool = False) -> None:
        self.consumer, self.guard, self.parked, self.alone, self.compacted = consumer, guard, parked, alone, compacted
        self.moved: dict[str, int] = {}
        self.aside: list[Entry] = []
        self.ended: list[Entry] = []  # aside, and discarded at once: their subject was erased
        self.erased: list[str] = []
        self.repeats = 0

    def admit(self, entry: Entry) -> bool:
        """Whether to apply this record now. If that fails afterwards, hand it to `fail`. Raises Hole."""
        _, stream, version, kind, _, reason, _ = entry
        if reason is not None:
            self._undecodable(entry)
            return False
        assert stream is not None
        assert version is not None
        have = self.guard.get(stream, 0)
        if version <= have:
            self.repeats += 1
            return False
        if stream in self.parked:
            if not erases(kind):
                self.aside.append(entry._replace(reason="behind"))
                return False
            # Never held behind parked records: the purge runs at once, and what waited is never applied.
            self.parked.discard(stream)
            self.erased.append(stream)
            self.ended += [each for each in self.aside if each.stream == stream]
            self.aside = [each for each in self.aside if each.stream != stream]
        elif version != have + 1 and not self.compacted:
            raise Hole(self.consumer, stream, have, version)
        self.guard[stream] = self.moved[stream] = version
        return True

    def fail(self, entry: Entry, reason: Reason, error: BaseException | None = None) -> None:
        """Set aside a record that was admitted and could not be applied, with its stream unless `alone`."""
        stream, version = entry.stream, entry.version
        assert stream is not None
        assert version is not None
        self.aside.append(entry._replace(reason=reason, error=type(error).__name__ if error else None))
        if not self.alone:
            self.parked.add(stream)
            self.guard[stream] = self.moved[stream] = version - 1

    def _undecodable(self, entry: Entry) -> None:
        stream, version = entry.stream, entry.version
        if stream is None:
            self.aside.append(entry)
            return
        have = self.guard.get(stream, 0)
        if version is not None and version <= have:
            self.repeats += 1
            return
        self.aside.append(entry)
        if not self.alone:
            self.parked.add(stream)
        elif version == have + 1:
            self.guard[stream] = self.moved[stream] = version


async def lock(connection: Connection, consumer: str, batch: Batch, expected: Mapping[Place, int]) -> None:
    """Lock the offsets of a batch and drop from it what another owner has applied meanwhile. Raises Rewound."""
    places = sorted(batch.parts)
    rows = await connection.fetch(SQL.lock_consumed, consumer, [p[0] for p in places], [p[1] for p in places])
    stored = {(row[0], row[1]): row[2] for row in rows}
    for place in places:
        floor = stored.get(place)
        if floor is None or floor < expected.get(place, floor):
            raise Rewound(f"{consumer}: the offset of {place[0]} {place[1]} was set back")
        entries = batch.parts[place]
        if entries and entries[0].record.offset < floor:
            batch.parts[place] = [entry for entry in entries if entry.record.offset >= floor]
            if not batch.parts[place]:
                del batch.parts[place]


async def sieve(
    connection: Connection, consumer: str, entries: Iterable[Sequence[Entry]], *, alone: bool = False, compacted: bool = False
) -> Sieve:
    """Read what the guard knows of the streams of some entries."""
    entries = list(entries)
    streams = list({entry[1] for part in entries for entry in part if entry[1] is not None})
    guard: dict[str, int] = {}
    parked: set[str] = set()
    for stream, version, aside in await connection.fetch(SQL.read_guard, consumer, streams, not alone):
        if aside:
            parked.add(stream)
        else:
            guard[stream] = version
    return Sieve(consumer, guard, parked, alone=alone, compacted=compacted)


async def settled(connection: Connection, consumer: str, entries: Sequence[Entry]) -> set[tuple[str, int, int]]:
    """Of some undecodable records those that an operator has dealt with before: (topic, partition, offset)."""
    found = await connection.fetch(
        SQL.read_settled,
        consumer,
        [entry.record.topic for entry in entries],
        [entry.record.partition for entry in entries],
        [entry.record.offset for entry in entries],
    )
    known = {(row[0], row[1], row[2]): (row[3], row[4], row[5]) for row in found}
    return {
        place
        for entry in entries
        if (place := (entry.record.topic, entry.record.partition, entry.record.offset)) in known
        and known[place] == (entry.record.key, pack_headers(entry.record.headers), entry.record.value)
    }


async def store(connection: Connection, decided: Sieve, following: Mapping[Place, int]) -> None:
    """Write what a batch did to the guard, the parked records and the offsets."""
    if decided.ended:
        await park(connection, decided.consumer, decided.ended)
    if decided.erased:
        await connection.execute(SQL.discard_stream, decided.consumer, decided.erased)
    if decided.aside:
        await park(connection, decided.consumer, decided.aside)
    # In one order, so that two writers of one consumer (a worker, a release) cannot deadlock.
    streams = sorted(decided.moved)
    places = sorted(following)
    await connection.execute(
        SQL.write_guard,
        decided.consumer,
        streams,
        [decided.moved[stream] for stream in streams],
        [place[0] for place in places],
        [place[1] for place in places],
        [following[place] for place in places],
    )


async def park(connection: Connection, consumer: str, entries: Sequence[Entry]) -> None:
    """Insert entries into `parked`, byte for byte."""
    await connection.execute(
        SQL.park,
        consumer,
        [entry.record.topic for entry in entries],
        [entry.record.partition for entry in entries],
        [entry.record.offset for entry in entries],
        [entry.stream for entry in entries],
        [entry.version for entry in entries],
        [entry.reason for entry in entries],
        [entry.error for entry in entries],
        [entry.record.key for entry in entries],
        [pack_headers(entry.record.headers) for entry in entries],
        [entry.record.value for entry in entries],
    )
