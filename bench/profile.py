"""`gabay bench profile PAIR`: one subject cell with a sampler in the process that does the work."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from bench import run
from bench.box import Meter
from bench.corpus import Corpus
from bench.sampler import Sampler, summary
from bench.stack import opened

RESULTS = Path(__file__).resolve().parent / "results"
VERBS = {"api": "serve", "worker": "work"}


async def profile(names: Sequence[str], *, seconds: float, console: Console) -> None:
    """Write `bench/results/profile-<pair>-<part>.txt` and .folded for each pair, and print where they are.

    A pair whose work is done by parts of the stack names them in `profiled`; else its work is done in this process.
    """
    for pair in run.load(names):
        parts = getattr(pair, "profiled", ())
        folders = {part: RESULTS / f"profile-{pair.name}-{pair.concurrency}-{part}.folded" for part in parts}
        RESULTS.mkdir(exist_ok=True)
        async with opened(pair.needs, commands={part: _sampled(part, path) for part, path in folders.items()}) as stack:
            await stack.only(pair.needs)
            await pair.prepare(stack, Corpus(1))
            here = Sampler()
            pids = [stack.pid(part) for part in parts]
            Meter.watch = (lambda: _each(pids, signal.SIGUSR2), lambda: _each(pids, signal.SIGUSR1)) if parts else (here.start, here.stop)  # noqa: B023
            sample = await pair.subject(seconds)
            await pair.check()
            await pair.close()
            for part in parts:
                await stack.embedded.stop_part(part)
            console.print(f"{pair.name} {pair.concurrency}: {sample.rate:,.0f} {pair.unit}, cpu us {dict(sample.cpu_us)}")
        if not parts:
            folders = {"here": RESULTS / f"profile-{pair.name}-{pair.concurrency}.folded"}
            await asyncio.to_thread(folders["here"].write_text, here.folded())
        for part, path in folders.items():
            text = await asyncio.to_thread(path.read_text)
            told = path.with_suffix(".txt")
            await asyncio.to_thread(told.write_text, summary(text))
            console.print(f"{part}: {told}\n{summary(text, top=25)}", markup=False)


def _each(pids: Sequence[int], signum: signal.Signals) -> None:
    for pid in pids:
        os.kill(pid, signum)


def _sampled(part: str, out: Path) -> list[str]:
    service, _, process = part.partition("-")
    return [sys.executable, "-m", "bench.sampler", str(out), "cli", VERBS[process], service]
