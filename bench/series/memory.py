"""`memory`: peaks and growth of every process under load, against the ceilings of the performance chapter, section 6."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from bench import centre_app, drive, memory
from bench.corpus import Corpus
from bench.pairs.end_to_end import through
from bench.run import Options
from bench.stack import ALL_PARTS, PROCESSES, Stack, opened

CEILINGS = {"api": 160.0, "worker": 256.0, "live": 140.0, "issuer": 60.0, "kafka": 450.0, "postgres": 450.0}  # MiB, worst case
WHOLE = 2048.0
GROWTH = 1.10  # resident at the end / after the first 10^5 events
FIRST, PERSON, BATCH = 100_000, 4, 500


async def series(options: Options, to: int) -> dict[str, list[dict[str, Any]]]:
    """Rows of (part, peak or PSS in MiB, ceiling, growth, verdict) after `to` events through every part."""
    async with opened(ALL_PARTS) as stack:
        token = await stack.token("caseworker", centre_app.CENTRE)
        corpus = Corpus(options.seed, "memory")

        async def people(events: int) -> None:
            # In portions: all bodies of a million events at once would be our own memory, and take the machine's.
            for _ in range(max(1, events // PERSON // 10_000)):
                requests = centre_app.batches(corpus, 10_000 // BATCH, BATCH, token)
                await through(stack, requests, BATCH, 600)

        options.progress("memory: the first 10^5 events")
        await people(min(FIRST, to))
        await desk_and_storm(stack, corpus, token, options.seconds)
        early = resident(stack)
        if to > FIRST:
            options.progress(f"memory: up to {to:,} events")
            await people(to - FIRST)
            await desk_and_storm(stack, corpus, token, options.seconds)
        return {"memory": rows(stack, early)}


async def desk_and_storm(stack: Stack, corpus: Corpus, token: str, seconds: float) -> None:
    """The worst case of an api: batches of 500 while 64 connections post."""
    api = drive.Target("127.0.0.1", stack.embedded.port("intake-api"), (stack.pid("intake-api"),))
    desk = centre_app.registrations(corpus, round(1500 * seconds), token)
    storm = centre_app.batches(corpus, round(8 * seconds), BATCH, token)
    await asyncio.gather(
        drive.load(stack, api, desk, connections=64, seconds=seconds, warmup=0),
        drive.load(stack, api, storm, connections=2, seconds=seconds, warmup=0, counted='"status":201', per_request=BATCH),
    )


def parts(stack: Stack) -> dict[str, int]:
    return {part: stack.pid(part) for part in ("postgres", "kafka", "issuer", *PROCESSES)}


def resident(stack: Stack) -> dict[str, float]:
    """MiB now, by part: PSS of the cluster, RSS of the others."""
    return {part: _measured(part, pid, lambda found: found.resident) for part, pid in parts(stack).items()}


def rows(stack: Stack, early: dict[str, float]) -> list[dict[str, Any]]:
    """Peaks beside their ceilings, growth beside its own."""
    out: list[dict[str, Any]] = []
    late = resident(stack)
    for part, pid in parts(stack).items():
        peak = _measured(part, pid, lambda found: found.peak)
        ceiling = CEILINGS[part.rpartition("-")[2]]
        growth = late[part] / early[part] if early[part] else 1.0
        # Postgres fills its shared buffers once; that is no growth.
        held = peak <= ceiling and (growth <= GROWTH or part == "postgres")
        out.append(
            {
                "part": part,
                "peak_mib": round(peak, 1),
                "ceiling": ceiling,
                "growth": round(growth, 3),
                "verdict": "holds" if held else "missed",
            }
        )
    whole = sum(late.values())
    out.append(
        {
            "part": "whole stack now",
            "peak_mib": round(whole, 1),
            "ceiling": WHOLE,
            "growth": None,
            "verdict": "holds" if whole <= WHOLE else "missed",
        }
    )
    return out


def _measured(part: str, pid: int, of: Callable[[memory.Memory], float]) -> float:
    if part == "postgres":
        return memory.fair_sum(pid)
    found = memory.of(pid)
    return of(found) if found else 0.0
