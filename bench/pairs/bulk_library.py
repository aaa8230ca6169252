"""`bulk_library`: `append_events` with a hundred and a thousand events a call, beside COPY of the same events."""

from __future__ import annotations

import asyncio
import os
from time import perf_counter

from bench.corpus import Corpus
from bench.pair import Pair, Sample, VoidRun
from bench.stack import Stack
from bench.yardsticks import database
from shared.eventsourcing.database import open_pool
from shared.eventsourcing.store import PostgresStore

A_STREAM = 4  # events of a registration: with its consents and what else comes in the command
MOST_A_SECOND = 60_000


class BulkLibrary:
    """Registrations in calls of `events` events, one call after the other on one connection."""

    name, unit, yardstick_name = "bulk_library", "events/s", "J"
    bar, ambitious = 0.50, 0.70
    needs = frozenset[str]()

    def __init__(self, events: int) -> None:
        self.events = events
        self.concurrency = f"{events}"
        self._acknowledged = 0
        self._database = ""

    async def prepare(self, stack: Stack, corpus: Corpus) -> None:
        self.stack, self.corpus = stack, corpus
        self._rows = database.rows(list(corpus.stored(50_000)))

    async def yardstick(self, seconds: float) -> Sample:
        return await database.copy(self.stack, self._rows, seconds)

    async def subject(self, seconds: float) -> Sample:
        self._database = await self.stack.fresh()
        per_call = self.events // A_STREAM
        parts = self.corpus.creations(round(MOST_A_SECOND * seconds) // A_STREAM, A_STREAM)
        pool = await open_pool(self.stack.dsn("intake_app", self._database))
        try:
            store = PostgresStore(pool, group_limit=per_call, flights=1)
            meter = self.stack.meter(py=[os.getpid()])
            self._acknowledged = 0
            meter.start()
            end = perf_counter() + seconds
            for at in range(0, len(parts), per_call):
                if perf_counter() >= end:
                    break
                results = await asyncio.gather(*(store.append(part) for part in parts[at : at + per_call]))
                if any(result.kind != "appended" for result in results):
                    raise VoidRun("bulk_library: an append was not stored")
                self._acknowledged += len(results) * A_STREAM
            return Sample.of(self._acknowledged, meter.stop())
        finally:
            await pool.close()

    async def check(self) -> None:
        async with self.stack.superuser(self._database) as connection:
            found = tuple(await connection.fetchrow("select (select count(*) from event), (select count(*) from outbox)"))
        await self.stack.drop(self._database)
        if found != (self._acknowledged,) * 2:
            raise VoidRun(f"bulk_library: {found} events and pointers, acknowledged {self._acknowledged}")

    async def close(self) -> None: ...


def pairs() -> list[Pair]:
    return [BulkLibrary(100), BulkLibrary(1000)]
