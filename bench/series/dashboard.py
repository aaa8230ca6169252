"""`dashboard`: how long a browser waits for the first byte of a page over a million facts: the internal one, and a release's."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from bench import centre_app
from bench.pair import VoidRun, percentiles
from bench.pairs.statistics import A_STATEMENT, CENTRES, INSERT
from bench.run import Options
from bench.stack import Stack, opened
from services.reporting.facts.projection import facts

LIMIT_MS = 100.0
GETS = 40
PERIOD = "2023-03"
INTERNAL = "/statistics/internal?from=2023-01&to=2023-12"


async def series(options: Options, to: int) -> dict[str, list[dict[str, Any]]]:
    """First bytes after a page was seen once: what its first reader waits for is told beside them."""
    async with opened({"issuer", "reporting-api"}) as stack:
        options.progress(f"dashboard: {to:,} facts")
        async with stack.superuser("reporting") as connection:
            await connection.execute(f'set search_path = "{facts.schema}", public')
            statement = INSERT.format(centres=CENTRES, centre=centre_app.CENTRE)
            for first in range(0, to, A_STATEMENT):
                await connection.execute(statement, first + 1, min(first + A_STATEMENT, to))
            await connection.execute("vacuum analyze")
        options.progress("dashboard: a release")
        release = await _publish(stack)
        token = await stack.token("supervisor", centre_app.CENTRE)
        rows = []
        for what, path in (("internal page", INTERNAL), ("page of a release", f"/statistics?release={release}")):
            options.progress(f"dashboard: {what}")
            rows.append({"what": what, "facts": to, **await _first_bytes(stack, path, token)})
    return {"dashboard": rows}


async def _publish(stack: Stack) -> str:
    from services.reporting.releases.ledger import Ledger
    from services.reporting.releases.work import open_office
    from shared.settings import Settings

    now = datetime.now(UTC)
    async with stack.superuser("reporting") as connection:
        await connection.execute(f"insert into \"{facts.schema}\".watermark (topic, partition, at) values ('bench', 0, $1)", now)
    settings = Settings.load("reporting", "worker", stack.embedded.env("reporting", "worker"))
    async with open_office(settings) as office:
        release = await office.freeze(PERIOD, "stf-bench", now, now - timedelta(minutes=2))
        await Ledger(office.pool).publish(release, "stf-bench-dpo", now)
    return release


async def _first_bytes(stack: Stack, path: str, token: str) -> dict[str, Any]:
    waited = []
    base = f"http://127.0.0.1:{stack.embedded.port('reporting-api')}"
    async with httpx.AsyncClient(base_url=base, headers={"Authorization": f"Bearer {token}"}, timeout=30) as http:
        for _ in range(GETS + 1):
            began = time.perf_counter()
            async with http.stream("GET", path) as answer:
                waited.append((time.perf_counter() - began) * 1000)
                page = await answer.aread()
            if answer.status_code != 200 or b"<table" not in page:
                raise VoidRun(f"dashboard: {path} answers {answer.status_code} without a table")
    told = percentiles(waited[1:])
    verdict = "holds" if told["p99"] < LIMIT_MS else "missed"
    return {
        "first_ms": round(waited[0], 1), "p50_ms": round(told["p50"], 1), "p99_ms": round(told["p99"], 1), "limit_ms": LIMIT_MS,
        "verdict": verdict,
    }  # fmt: skip
