"""`rebuild`: what `gabay rebuild reporting.facts` takes of memory, from a tenth of the events and from all of them."""

from __future__ import annotations

import asyncio
import os
import sys
from time import perf_counter
from typing import Any

from bench import memory
from bench.corpus import Corpus
from bench.pair import VoidRun
from bench.pairs.project import PERSON, fill
from bench.run import ROOT, Options
from bench.stack import Stack, opened

CEILING_MIB = 256.0
LOOK_S = 0.2


async def series(options: Options, to: int) -> dict[str, list[dict[str, Any]]]:
    """A row for each size: peak of the command's process, beside its ceiling."""
    rows: list[dict[str, Any]] = []
    corpus = Corpus(options.seed, "rebuild")
    async with opened({"kafka", "issuer", "intake-api", "intake-worker"}) as stack:
        have = 0
        for events in (to // 10, to):
            options.progress(f"rebuild: up to {events:,} events")
            await fill(stack, corpus, people=(events - have) // 2 // PERSON, encounters=(events - have) // 2)
            await stack.only({"kafka"})
            have = events
            options.progress(f"rebuild: of {events:,} events")
            rows.append({"events": events, **await _rebuild(stack)})
    return {"rebuild": rows}


async def _rebuild(stack: Stack) -> dict[str, Any]:
    """The command in a process of its own, as an operator calls it."""
    began, peak = perf_counter(), 0.0
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cli", "rebuild", "reporting.facts", cwd=ROOT, env={**os.environ, **stack.embedded.env("reporting", "cli")},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    telling = asyncio.create_task(process.communicate())
    while not telling.done():
        if found := memory.of(process.pid):
            peak = max(peak, found.peak)
        await asyncio.wait((telling,), timeout=LOOK_S)
    said = (await telling)[0].decode().strip()
    if process.returncode:
        raise VoidRun(f"the rebuild ended with {process.returncode}: {said[-400:]}")
    seconds = round(perf_counter() - began, 1)
    return {"seconds": seconds, "peak_mib": round(peak, 1), "ceiling": CEILING_MIB, "verdict": "holds" if peak <= CEILING_MIB else "missed"}
