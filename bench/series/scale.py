"""`scale`: what an operation costs when the store holds ten thousand, a hundred thousand, a million events (and more).

A gate compares the cost at the last point with the cost at 10^5: growth that a region would feel after some years.
"""

from __future__ import annotations

import asyncio
import math
import os
from collections.abc import Iterator, Sequence
from itertools import islice
from time import perf_counter
from typing import Any
from uuid import UUID

import asyncpg

from bench.corpus import Corpus
from bench.pair import percentiles
from bench.pairs.relay import Counted, Nowhere
from bench.run import Options, settle
from bench.stack import Stack, opened
from bench.yardsticks import database
from shared.contracts.intake.client import CLIENT
from shared.contracts.intake.encounter import ENCOUNTER
from shared.eventsourcing.database import open_pool
from shared.eventsourcing.store import PostgresStore
from shared.messaging.cloudevents import Encoder

CHUNK = 10_000
# Operation -> cost at the last point / cost at 10^5 (performance chapter, section 7).
GATES = {"append": 1.25, "load": 1.10, "relay": 1.10, "search": 1.5}
LONG_STREAM_MS = 20.0  # p99 of loading a stream of 400 events
Row = dict[str, Any]


async def series(options: Options, to: int) -> dict[str, list[Row]]:
    """Rows of (n, operation, cost_us, vs_1e5, gate, verdict) at each power of ten up to `to`."""
    async with opened(()) as stack:
        rows: list[Row] = []
        scale = Scale(stack, Corpus(options.seed), options.seconds)
        await scale.open()
        for power in range(4, round(math.log10(to)) + 1):
            options.progress(f"scale: filling to 10^{power} events")
            await scale.fill(10**power)
            options.progress(f"scale: measuring at 10^{power} events")
            rows += await scale.measure()
        await scale.close()
    return {"scale": judged(rows)}


def judged(rows: Sequence[Row]) -> list[Row]:
    """Each cost beside the one at 10^5; the last point is held against the gate."""
    base = {row["operation"]: row["cost_us"] for row in rows if row["n"] == 100_000}
    last = max((row["n"] for row in rows), default=0)
    out = []
    for row in rows:
        growth = row["cost_us"] / base[row["operation"]] if base.get(row["operation"]) else None
        gate = GATES.get(row["operation"])
        verdict = ""
        if row["n"] == last and last > 100_000 and gate and growth:
            verdict = "holds" if growth <= gate else "missed"
        if row["operation"] == "load of 400, p99":
            verdict = "holds" if row["cost_us"] <= LONG_STREAM_MS * 1000 else "missed"
        out.append({**row, "vs_1e5": growth and round(growth, 3), "gate": gate, "verdict": verdict})
    return out


class Scale:
    """One growing store."""

    def __init__(self, stack: Stack, corpus: Corpus, seconds: float) -> None:
        self.stack, self.corpus, self.seconds = stack, corpus, seconds
        self.held = 0
        self._streams: list[UUID] = []

    async def open(self) -> None:
        self.database = await self.stack.fresh()
        self.owner = await asyncpg.connect(self.stack.dsn("intake_owner", self.database))
        self.pool = await open_pool(self.stack.dsn("intake_app", self.database))
        self.store = PostgresStore(self.pool)
        # The longest stream that the corpus knows: what no snapshot ever shortens.
        [long] = self.corpus.creations(1, 400)
        self.long = long.stream_id
        await self.store.append(long)

    async def close(self) -> None:
        await self.pool.close()
        await self.owner.close()

    async def fill(self, to: int) -> None:
        """Grow to `to` events by COPY, with the rows that appends would have written beside them."""
        events = self.corpus.stored(to - self.held)
        for chunk in _chunks(events):
            streams: dict[UUID, tuple[str, int]] = {}
            for stream, kind, version, _ in chunk:
                streams[stream] = (kind, version)
            async with self.owner.transaction():
                await self.owner.copy_records_to_table("event", records=database.rows(chunk), columns=database.COLUMNS)
                await self.owner.executemany(
                    "insert into stream values ($1, $2, $3) on conflict (stream_id) do update set version = excluded.version",
                    [(stream, kind, version) for stream, (kind, version) in streams.items()],
                )
                terms = [(self.corpus.draw.getrandbits(63), stream) for stream, (kind, _) in streams.items() if kind == "client"]
                await self.owner.copy_records_to_table("search", records=terms, columns=("term", "stream_id"))
            self._streams += islice(streams, 200)
        self.held = to
        await self.owner.execute("vacuum analyze")
        await self.owner.execute("delete from outbox")
        async with self.stack.superuser() as connection:
            await connection.execute("checkpoint")

    async def measure(self) -> list[Row]:
        settle()
        costs = {
            "append": await self.append(),
            "load": await self.load(),
            "load of 400, p99": await self.load_long(),
            "search": await self.search(),
            "relay": await self.relay(),
        }
        return [{"n": self.held, "operation": operation, "cost_us": round(us, 1)} for operation, us in costs.items()]

    async def append(self) -> float:
        """CPU of everybody for one append by eight callers: wall time would show the disk's mood."""
        parts = iter(self.corpus.creations(round(15_000 * self.seconds)))
        meter = self.stack.meter(py=[os.getpid()])
        done, end = 0, perf_counter() + self.seconds

        async def caller() -> None:
            nonlocal done
            for part in parts:
                if perf_counter() >= end:
                    return
                await self.store.append(part)
                done += 1

        meter.start()
        await asyncio.gather(*(caller() for _ in range(8)))
        return sum(meter.stop().cpu.values()) / done * 1e6

    async def load(self) -> float:
        """Median time of loading a stream of ordinary length."""
        return await self._each(lambda: self.store.load(self.corpus.draw.choice(self._streams)), "p50")

    async def load_long(self) -> float:
        return await self._each(lambda: self.store.load(self.long), "p99")

    async def search(self) -> float:
        return await self._each(lambda: self.store.search([self.corpus.draw.getrandbits(63) for _ in range(6)]), "p50")

    async def _each(self, call: Any, quantile: str) -> float:
        took = []
        for n in range(600):
            before = perf_counter()
            await call()
            if n >= 100:
                took.append((perf_counter() - before) * 1e6)
        return percentiles(took)[quantile]

    async def relay(self) -> float:
        """CPU of reading and encoding one event of a full outbox."""
        number = 20_000
        await self.owner.execute("delete from outbox")
        await self.owner.execute("insert into outbox select position from event order by position desc limit $1", number)
        reached: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        relay = Counted(
            self.stack.dsn("intake_worker", self.database), Nowhere(), Encoder("bench", [CLIENT, ENCOUNTER]), service="intake",
            until=number, reached=lambda: reached.set_result(None),
        )  # fmt: skip
        meter = self.stack.meter(py=[os.getpid()])
        meter.start()
        running = asyncio.create_task(relay.run())
        await asyncio.wait_for(reached, 60)
        used = meter.stop()
        await running
        return sum(used.cpu.values()) / number * 1e6


def _chunks(events: Iterator[Any]) -> Iterator[list[Any]]:
    while chunk := list(islice(events, CHUNK)):
        yield chunk
