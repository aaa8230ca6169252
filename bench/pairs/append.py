"""`append` and `group`: `store.append` with one event, called by so many at once, beside pgbench calling the same function."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from time import perf_counter

from bench.corpus import Corpus
from bench.pair import Pair, Sample, VoidRun
from bench.stack import Stack
from bench.yardsticks import database
from shared.eventsourcing.database import open_pool
from shared.eventsourcing.store import Part, PostgresStore

MOST_A_SECOND = 40_000  # parts made beforehand; a machine that does more ends its cell early
WARM = 2000


class Append:
    """Callers that append one new stream after another. versus: concurrency of the yardstick."""

    unit = "appends/s"
    yardstick_name = "P"
    needs = frozenset[str]()

    def __init__(self, name: str, callers: int, versus: int, bar: float, ambitious: float) -> None:
        self.name, self.callers, self.versus = name, callers, versus
        self.concurrency = str(callers)
        self.bar, self.ambitious = bar, ambitious
        self._acknowledged = 0
        self._database = ""

    async def prepare(self, stack: Stack, corpus: Corpus) -> None:
        self.stack, self.corpus = stack, corpus
        [part] = corpus.creations(1)
        self._event = part.events[0]

    async def yardstick(self, seconds: float) -> Sample:
        return await database.append(self.stack, self.versus, seconds, self._event)

    async def subject(self, seconds: float) -> Sample:
        self._database = await self.stack.fresh()
        parts = iter(self.corpus.creations(round(MOST_A_SECOND * seconds) + WARM))
        pool = await open_pool(self.stack.dsn("intake_app", self._database))
        try:
            store = PostgresStore(pool)
            self._acknowledged = 0
            await self._call(store, [next(parts) for _ in range(WARM)], None, [])
            meter = self.stack.meter(py=[os.getpid()])
            latencies: list[float] = []
            meter.start()
            done = await self._call(store, parts, perf_counter() + seconds, latencies)
            return Sample.of(done, meter.stop(), latencies=latencies)
        finally:
            await pool.close()

    async def _call(self, store: PostgresStore, parts: Iterable[Part], end: float | None, latencies: list[float]) -> int:
        source, done = iter(parts), 0

        async def caller() -> None:
            nonlocal done
            for part in source:
                before = perf_counter()
                if end is not None and before >= end:
                    return
                result = await store.append(part)
                if result.kind != "appended":
                    raise VoidRun(f"{self.name}: an append was answered {result.kind}")
                latencies.append((perf_counter() - before) * 1e3)
                done += 1

        await asyncio.gather(*(caller() for _ in range(self.callers)))
        self._acknowledged += done
        return done

    async def check(self) -> None:
        """Stored, pointed at and versioned: as many as were acknowledged."""
        async with self.stack.superuser(self._database) as connection:
            found = await connection.fetchrow(
                "select (select count(*) from event), (select count(*) from outbox), (select count(*) from stream), "
                "(select count(*) from event e left join stream s using (stream_id) where s.version <> e.version)"
            )
        await self.stack.drop(self._database)
        wanted = (self._acknowledged,) * 3 + (0,)
        if tuple(found) != wanted:
            raise VoidRun(f"{self.name}: events, pointers, streams, gaps are {tuple(found)}, acknowledged were {wanted}")

    async def close(self) -> None: ...


def pairs() -> list[Pair]:
    return [
        Append("append", 8, 8, 0.60, 0.80),
        Append("append", 32, 32, 0.60, 0.80),
        Append("group", 64, 32, 1.2, 2.0),
    ]
