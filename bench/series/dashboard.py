"""`dashboard`: how long a browser waits for the first byte of a page over a million facts: the internal one, and a release's."""

from __future__ import annotations

import time
from typing import Any

import httpx

from bench import centre_app, figures
from bench.pair import VoidRun, percentiles
from bench.run import Options
from bench.stack import Stack, opened

LIMIT_MS = 100.0
GETS = 40
PERIOD = "2023-03"
INTERNAL = "/statistics/internal?from=2023-01&to=2023-12"


async def series(options: Options, to: int) -> dict[str, list[dict[str, Any]]]:
    """First bytes after a page was seen once: what its first reader waits for is told beside them."""
    async with opened({"issuer", "reporting-api"}) as stack:
        options.progress(f"dashboard: {to:,} facts")
        await figures.fill(stack, to)
        options.progress("dashboard: a release")
        release = await figures.publish(stack, PERIOD)
        token = await stack.token("supervisor", centre_app.CENTRE)
        rows = []
        for what, path in (("internal page", INTERNAL), ("page of a release", f"/statistics?release={release}")):
            options.progress(f"dashboard: {what}")
            rows.append({"what": what, "facts": to, **await _first_bytes(stack, path, token)})
    return {"dashboard": rows}


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
