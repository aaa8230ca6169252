"""Runs pairs: subject and yardstick by turns (A B, B A, A B ...), so that the machine's drift hits both sides alike."""

from __future__ import annotations

import gc
import importlib
import inspect
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.corpus import Corpus
from bench.pair import ENOUGH_PAIRS, FOREIGN_LIMIT, Pair, Result, Sample, Side, VoidRun
from bench.stack import Stack, opened

ROOT = Path(__file__).resolve().parent.parent
AGAIN = 2  # a cell that others disturbed is repeated so often, then marked

MODULES: dict[str, tuple[str, ...]] = {
    "append": ("append", "group"),
    "bulk_library": ("bulk_library",),
    "relay": ("relay", "relay_sink"),
    "http": ("encounter", "command", "read_client", "bulk"),
    "protection": ("authz_read", "authz_write"),
    "desks": ("case", "service", "referral"),
    "project": ("project", "project_profile", "project_naive"),
    "statistics": ("stats_http", "frozen_table"),
    "table": ("table_10m", "table_10m_plain", "table_as_of"),
    "end_to_end": ("end_to_end",),
    "beside": ("telemetry", "replay"),
}
"""Module below `bench/pairs` -> the pairs that it makes."""


@dataclass(frozen=True, slots=True)
class Options:
    """What `gabay bench` was asked. quick: for CI, one pair of one second; only gross misses and wrong results count.

    size: of what is counted, for pairs that can be made smaller than they are meant to be.
    """

    names: tuple[str, ...] = ()
    pairs: int = ENOUGH_PAIRS
    seconds: float = 4.0
    quick: bool = False
    seed: int = 1
    size: int | None = None
    progress: Callable[[str], None] = lambda _: None
    tell: Callable[[Result], None] = lambda _: None


@dataclass(slots=True)
class Run:
    """What a run found."""

    options: Options
    box: dict[str, Any]
    settings: dict[str, Any]
    results: list[Result] = field(default_factory=list)
    series: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def status(self) -> int:
        """Exit status: 0 all bars held, 1 one missed, 2 the run is void."""
        quick = self.options.quick
        if any(result.verdict(noise_voids=not quick) == "void" for result in self.results):
            return 2
        share = 0.5 if quick else 1.0
        missed_series = any(row.get("verdict") == "missed" for rows in self.series.values() for row in rows)
        missed = any(result.median < result.bar * share or (result.slow and not quick) for result in self.results)
        return int(missed_series or missed)


def known() -> dict[str, str]:
    """Name of each pair -> its module. Modules of parts that this release lacks are left out."""
    return {name: module for module, names in MODULES.items() for name in names if _exists(module)}


def _exists(module: str) -> bool:
    return (Path(__file__).parent / "pairs" / f"{module}.py").exists()


def load(names: Sequence[str], *, quick: bool = False) -> list[Pair]:
    """The pairs of these names (all without), in an order that restarts parts seldom. Raises KeyError for an unknown one."""
    modules = known()
    if unknown := set(names) - set(modules):
        raise KeyError(*unknown)
    wanted = set(names) or set(modules)
    found: list[Pair] = []
    for module in dict.fromkeys(modules[name] for name in modules if name in wanted):
        made: list[Pair] = importlib.import_module(f"bench.pairs.{module}").pairs()
        found += [pair for pair in made if pair.name in wanted]
    if quick:
        # One concurrency of each, and what lasts by nature is left to the full run.
        first = {pair.name: pair for pair in reversed(found)}
        found = [pair for pair in found if first[pair.name] is pair and getattr(pair, "quick", True)]
    return found


async def run(options: Options) -> Run:
    """Measure the named pairs on a throw-away stack."""
    from bench import box

    pairs = load(options.names, quick=options.quick)
    needs = {need for pair in pairs for need in pair.needs}
    options.progress("starting the stack")
    async with opened(needs) as stack:
        done = Run(options, box.describe(stack.home), await settings(stack))
        for pair in pairs:
            done.results.append(await measure(pair, stack, options))
            options.tell(done.results[-1])
    gc.unfreeze()  # or DuckDB takes what is never collected for leaks, and lists it all at the end
    return done


async def measure(pair: Pair, stack: Stack, options: Options) -> Result:
    """All cells of one pair. What makes it void is told in the result, and the next pair may run."""
    result = Result(pair.name, pair.concurrency, pair.unit, pair.yardstick_name, pair.bar, pair.ambitious, getattr(pair, "p99_ms", None))
    try:
        options.progress(f"{pair.name} {pair.concurrency}: preparing")
        await stack.only(pair.needs)
        if options.size is not None and hasattr(pair, "size"):
            pair.size = options.size
        await pair.prepare(stack, Corpus(options.seed, f"{pair.name} {pair.concurrency}"))
        for n in range(options.pairs):
            order: list[Side] = ["subject", "yardstick"] if n % 2 else ["yardstick", "subject"]
            result.first.append(order[0])
            for side in order:
                options.progress(f"{pair.name} {pair.concurrency}: {side} {n + 1} of {options.pairs}")
                sample = await _cell(pair, side, options)
                (result.subjects if side == "subject" else result.yardsticks).append(sample)
    except VoidRun as error:
        result.why_void = str(error)
    finally:
        await pair.close()
    return result


async def _cell(pair: Pair, side: Side, options: Options) -> Sample:
    best: Sample | None = None
    for _ in range(1 if options.quick else 1 + AGAIN):
        settle()
        sample = await (pair.subject if side == "subject" else pair.yardstick)(options.seconds)
        if side == "subject":
            await pair.check()
        if sample.errors:
            raise VoidRun(f"{sample.errors} operations of a {side} cell failed")
        if not sample.ops:
            raise VoidRun(f"a {side} cell did nothing")
        if best is None or sample.foreign < best.foreign:
            best = sample
        if best.foreign <= FOREIGN_LIMIT:
            return best
    assert best is not None
    best.noisy = True
    return best


def settle() -> None:
    """What is loaded by now lives as long as the process, as in a served api: full collections need not look at it."""
    gc.collect()
    gc.freeze()


async def settings(stack: Stack) -> dict[str, Any]:
    """What the figures stand on, beside the box: versions, transport, durability, limits."""
    async with stack.superuser() as connection:
        postgres = {
            name: await connection.fetchval(f"show {name}")
            for name in ("server_version", "fsync", "synchronous_commit", "shared_buffers", "max_wal_size")
        }
    libraries = {}
    for name in ("fastapi", "uvicorn", "uvloop", "asyncpg", "aiokafka", "pydantic"):
        libraries[name] = importlib.import_module("importlib.metadata").version(name)
    from bench.stack import NO_LIMITS

    return {
        "postgres": postgres,
        "kafka": "4.3",
        "transport": "Postgres by Unix socket, HTTP and Kafka by TCP on 127.0.0.1",
        "rate_limits": NO_LIMITS,
        "trace_sampling": 0.05,
        "libraries": libraries,
    }


def commit() -> str:
    """The commit that was measured, with a plus if the tree was changed; empty outside a repository."""
    try:
        found = subprocess.run(["git", "rev-parse", "--short=12", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
        changed = subprocess.run(["git", "status", "--porcelain", "-uno"], cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return found.stdout.strip() + ("+" if changed.stdout.strip() else "")


def doc(name: str) -> str:
    """The first sentence of a pair's module."""
    return (inspect.getdoc(importlib.import_module(f"bench.pairs.{known()[name]}")) or "").partition("\n")[0]


async def everything(options: Options, series: tuple[str, ...] = ()) -> Run:
    """Pairs and series as named: all pairs when nothing is, series alone when only they are."""
    from bench import box

    if options.names or not series:
        done = await run(options)
    else:
        async with opened(()) as stack:
            done = Run(options, box.describe(stack.home), await settings(stack))
    for name in series:
        options.progress(name)
        module = importlib.import_module(f"bench.series.{name}")
        done.series |= await module.series(options, options.size or 1_000_000)
    return done
