"""`erase`: how long one person's erasure takes among a million, and until every service has said that it has forgotten."""

from __future__ import annotations

from time import perf_counter
from typing import Any

import httpx
import orjson

from bench import centre_app, drive
from bench.corpus import Corpus
from bench.fill import multiply
from bench.pairs.end_to_end import BATCH, EVERYTHING, nothing_parked, through
from bench.run import Options
from bench.stack import Stack, opened
from cli.api import answered, commanded

CEILING_S = 5.0  # from the officer's command to its answer: then the keys are gone
ERASED, SEEDS, QUICK = 5, 2_000, 10_000
PURPOSE = {"purpose": "CASE_MANAGEMENT"}


async def series(options: Options, to: int) -> dict[str, list[dict[str, Any]]]:
    """A row for each of five people; `--to` says among how many, --quick among 10,000.

    Two thousand come by the route that centres use, the others are copies of theirs in every store.
    """
    times = max((QUICK if options.quick else to) // SEEDS, 1)
    async with opened(EVERYTHING) as stack:
        corpus = Corpus(options.seed)
        token = await stack.token("caseworker", centre_app.CENTRE)
        options.progress(f"erase: {SEEDS:,} people registered")
        seeds, _ = await through(stack, centre_app.batches(corpus, SEEDS // BATCH, BATCH, token), BATCH, 900)
        await multiply(stack, times, lambda table: options.progress(f"erase: {seeds * times:,} people, {table}"))
        made = seeds * times
        rows = [{"among": made, **await erased(stack, corpus, token)} for _ in range(ERASED)]
        await nothing_parked(stack)
    return {"erase": rows}


async def erased(stack: Stack, corpus: Corpus, token: str) -> dict[str, Any]:
    """Register one person with everything that is sealed and searched, and have them forgotten."""
    body = centre_app.registration(corpus)
    asks = await stack.token("dpo", staff="stf-dpo-asks")
    approves = await stack.token("dpo", step_up=True)
    address = f"/v1/clients/{body['local_id']}"
    async with httpx.AsyncClient(base_url=stack.embedded.api_url("intake"), timeout=60, trust_env=False) as http:

        def as_(bearer: str) -> None:
            http.headers["Authorization"] = f"Bearer {bearer}"

        as_(token)
        await answered(http, "POST", "/v1/clients", content=orjson.dumps(body), headers={"Content-Type": "application/json"})
        as_(asks)
        request = (await commanded(http, f"{address}/erasure", {**PURPOSE, "erasure_basis": "SUBJECT_REQUEST"}))["request_id"]
        as_(approves)
        begun = perf_counter()
        await commanded(http, f"{address}:erase", {**PURPOSE, "request_id": request, "force": True})
        took = perf_counter() - begun

        async def complete() -> bool:
            return bool((await answered(http, "GET", f"{address}/erasure")).json()["state"] == "complete")

        await drive.until(complete, "every service to forget one person", seconds=120, pause=0.02)
        everybody = perf_counter() - begun
    verdict = "holds" if took <= CEILING_S else "missed"
    return {"seconds": round(took, 3), "until_all_forgot_s": round(everybody, 2), "ceiling_s": CEILING_S, "verdict": verdict}
