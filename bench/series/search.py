"""`search`: how long a desk waits for a duplicate search among a hundred thousand clients, by an open loop."""

from __future__ import annotations

from typing import Any, Final

import orjson

from bench import centre_app, drive
from bench.corpus import Corpus
from bench.load import request
from bench.pair import VoidRun
from bench.pairs.http import API
from bench.run import Options
from bench.stack import Stack, opened

CLIENTS: Final = 100_000
BAR_P95_MS: Final = 50.0
"""Of a search among so many clients (domain chapter, section 2)."""

RATE, CONNECTIONS, BATCH, KNOWN = 20.0, 8, 500, 400
Row = dict[str, Any]


async def series(options: Options, to: int) -> dict[str, list[Row]]:
    """Searches for people who are there (two names the other way round, a letter lost), and for people who are not."""
    async with opened(API) as stack:
        corpus, token = Corpus(options.seed, "search"), await stack.token("caseworker", centre_app.CENTRE)
        number = min(to, CLIENTS)
        options.progress(f"search: registering {number:,} people")
        known = await fill(stack, corpus, token, number)
        rows = []
        seconds = options.seconds * 5
        for what, names in (
            ("known", [heard(each) for each in known]),
            ("strangers", [_full(centre_app.registration(corpus)) for _ in known]),
        ):
            options.progress(f"search: {what}")
            told = centre_app.headers(token) | {"gabay-purpose": "CASE_MANAGEMENT"}
            asked = [request("POST", "/v1/clients/search", told, orjson.dumps({"name": name})) for name in names]
            rows.append(await paced(stack, f"{what} among {number:,}", asked, seconds, options.seed))
    return {"search": rows}


async def fill(stack: Stack, corpus: Corpus, token: str, number: int) -> list[dict[str, Any]]:
    """Register people by batches; returns some of them."""
    target = drive.Target("127.0.0.1", stack.embedded.port("intake-api"), (stack.pid("intake-api"),))
    known: list[dict[str, Any]] = []
    for begin in range(0, number, 20 * BATCH):
        batches = []
        for first in range(begin, min(begin + 20 * BATCH, number), BATCH):
            people = [centre_app.registration(corpus) for _ in range(min(BATCH, number - first))]
            known += people[:: max(1, number // KNOWN // 2)][: KNOWN - len(known)]
            batches.append(centre_app.batch([{"key": str(corpus.id7()), "body": body} for body in people], token))
        size = min(BATCH, number)
        answered = await drive.load(
            stack, target, batches, connections=2, seconds=600, warmup=0, counted='"status":201', per_request=size
        )  # fmt: skip
        if answered.acked != sum(BATCH if number >= BATCH else number for _ in batches):
            raise VoidRun(f"search: {answered.acked} people registered: {answered.by_status}")
    return known


def _full(body: dict[str, Any]) -> str:
    names = body["identity"]["names"]
    return f"{names['given']} {names['family']}"


def heard(body: dict[str, Any]) -> str:
    """A known name as somebody else writes it down: the other way round, with a letter lost."""
    names = body["identity"]["names"]
    given = names["given"]
    return f"{names['family']} {given[:2]}{given[3:]}"


async def paced(stack: Stack, what: str, asked: list[bytes], seconds: float, seed: int) -> Row:
    target = drive.Target("127.0.0.1", stack.embedded.port("intake-api"), (stack.pid("intake-api"),))
    try:
        answered = await drive.load(
            stack, target, asked, connections=CONNECTIONS, seconds=seconds, rate=RATE, seed=seed, cycle=True
        )  # fmt: skip
    except VoidRun as error:
        return {"what": what, "rate": RATE, "verdict": "void", "why": str(error)[:200]}
    return told(what, sorted(answered.latencies))


def told(what: str, ordered: list[float]) -> Row:
    """One row, judged by its 95th percentile by nearest rank. ordered: every sample in milliseconds."""
    if not ordered:
        return {"what": what, "rate": RATE, "verdict": "void", "why": "nothing was measured"}

    def at(share: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2)

    verdict = "holds" if at(0.95) <= BAR_P95_MS else "missed"
    return {"what": what, "rate": RATE, "p50": at(0.5), "p95": at(0.95), "p99": at(0.99), "bar_p95": BAR_P95_MS, "verdict": verdict}
