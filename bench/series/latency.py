"""`latency`: what people at a desk wait for, by an open loop: registrations, until figures show them, and during a sync storm."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from bench import centre_app, drive
from bench.corpus import Corpus
from bench.pair import VoidRun, percentiles
from bench.pairs.end_to_end import EVERYTHING
from bench.run import Options
from bench.stack import Stack, opened
from services.reporting.facts.projection import facts

LOADS = (0.10, 0.25, 0.50, 0.75, 0.90)
BARS = {"command at 25 %": (3.0, 12.0), "visible in reporting at 25 %": (60.0, 250.0), "command during a sync storm": (None, 50.0)}
CONNECTIONS, BATCH, LONG = 64, 500, 3
Row = dict[str, Any]


async def series(options: Options, to: int) -> dict[str, list[Row]]:
    """Percentiles from raw samples at shares of the closed maximum; all parts run."""
    async with opened(EVERYTHING) as stack:
        desk = Desk(stack, Corpus(options.seed, "latency"), await stack.token("caseworker", centre_app.CENTRE))
        options.progress("latency: closed maximum")
        most = await desk.closed(options.seconds)
        rows: list[Row] = []
        for share in LOADS:
            options.progress(f"latency: {share:.0%} of {most:,.0f} requests/s")
            rows += await desk.open(f"{share:.0%}".replace("%", " %"), most * share, options.seconds * LONG)
        options.progress("latency: a sync storm")
        rows += await desk.storm(most * 0.25, options.seconds * LONG)
    return {"latency": rows}


class Desk:
    """One desk's load on one stack."""

    def __init__(self, stack: Stack, corpus: Corpus, token: str) -> None:
        self.stack, self.corpus, self.token = stack, corpus, token
        self.api = drive.Target("127.0.0.1", stack.embedded.port("intake-api"), (stack.pid("intake-api"),))

    async def closed(self, seconds: float) -> float:
        requests = centre_app.registrations(self.corpus, round(4_000 * (seconds + 1)), self.token)
        return (await drive.load(self.stack, self.api, requests, connections=CONNECTIONS, seconds=seconds)).sample.rate

    async def open(self, load: str, rate: float, seconds: float) -> list[Row]:
        """Registrations at Poisson times, and how long until reporting knows them."""
        prober = Prober(self.stack)
        await prober.begin()
        try:
            row = await self._paced(f"command at {load}", rate, seconds)
            await asyncio.sleep(1)
        finally:
            waited = await prober.end()
        return [row, told(f"visible in reporting at {load}", rate, waited)]

    async def storm(self, rate: float, seconds: float) -> list[Row]:
        """The same desk while ten devices hand in what they recorded offline."""
        batches = centre_app.batches(self.corpus, round(10 * seconds), BATCH, self.token)
        syncing = asyncio.create_task(
            drive.load(
                self.stack, self.api, batches, connections=10, seconds=seconds + 2, warmup=0, counted='"status":201', per_request=BATCH
            )
        )
        row = await self._paced("command during a sync storm", rate, seconds)
        await syncing
        return [row]

    async def _paced(self, what: str, rate: float, seconds: float) -> Row:
        requests = centre_app.registrations(self.corpus, round(rate * (seconds + 2) * 1.3) + 50, self.token)
        try:
            answered = await drive.load(
                self.stack, self.api, requests, connections=CONNECTIONS, seconds=seconds, rate=rate, seed=self.corpus.seed
            )  # fmt: skip
        except VoidRun as error:
            return {"what": what, "rate": round(rate, 1), "verdict": "void", "why": str(error)[:200]}
        return told(what, rate, answered.latencies)


class Prober:
    """Watches reporting's people appear. Reads only what is new: rows of a table that grows at its end."""

    EVERY_S = 0.005

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.waited: list[float] = []

    async def begin(self) -> None:
        import asyncpg

        self.connection = await asyncpg.connect(self.stack.dsn("postgres", "reporting"))
        self.last = await self.connection.fetchval(f"select coalesce(max(ctid), '(0,0)') from \"{facts.schema}\".consent_state")
        self.running = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        query = f'select ctid, recorded_at from "{facts.schema}".consent_state where ctid > $1'
        while True:
            rows = await self.connection.fetch(query, self.last)
            now = time.time()
            for ctid, recorded_at in rows:
                self.last = max(self.last, ctid)
                self.waited.append((now - recorded_at.timestamp()) * 1e3)
            await asyncio.sleep(self.EVERY_S)

    async def end(self) -> list[float]:
        """Milliseconds from each append to its being seen; at most 5 ms of it is our own looking."""
        self.running.cancel()
        await asyncio.gather(self.running, return_exceptions=True)
        await self.connection.close()
        return self.waited


def told(what: str, rate: float, latencies: Sequence[float]) -> Row:
    """One row, judged where there is a bar."""
    if not latencies:
        return {"what": what, "rate": round(rate, 1), "verdict": "void", "why": "nothing was measured"}
    found = {name: round(ms, 2) for name, ms in percentiles(latencies).items()}
    bar = BARS.get(what)
    verdict = ""
    if bar:
        held = (bar[0] is None or found["p50"] <= bar[0]) and found["p99"] <= bar[1]
        verdict = "holds" if held else "missed"
    return {"what": what, "rate": round(rate, 1), **found, "bar_p50": bar and bar[0], "bar_p99": bar and bar[1], "verdict": verdict}
