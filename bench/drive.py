"""Drives the load generator from the runner: writes its requests, meters the measured stretch, judges what it says."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
import tempfile
from array import array
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.box import Use
from bench.load import Spec, spec_text, write_requests
from bench.pair import Sample, VoidRun
from bench.stack import Stack

ROOT = Path(__file__).resolve().parent.parent
LATE_MS = 1.0  # of the generator itself at p99; more and its latencies are its own


@dataclass(frozen=True, slots=True)
class Target:
    """A server to load. pids: its processes, for the CPU column."""

    host: str
    port: int
    pids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """What a load did. acked: operations answered rightly, the warm-up's included; latencies: every one, in ms."""

    sample: Sample
    acked: int
    latencies: Sequence[float]
    waiting: int
    lateness_ms: float
    by_status: dict[str, int]


async def load(
    stack: Stack,
    target: Target,
    requests: Sequence[bytes],
    *,
    connections: int,
    seconds: float,
    warmup: float = 1.0,
    rate: float = 0.0,
    seed: int = 1,
    cycle: bool = False,
    counted: str = "",
    per_request: int = 1,
    extra: dict[str, tuple[int, ...]] | None = None,
) -> Answered:
    """Run one load against a target. See `load.Spec`. Raises VoidRun when the generator itself was late."""
    with tempfile.TemporaryDirectory(prefix="gabay-load-") as folder:
        at = Path(folder)
        await asyncio.to_thread(write_requests, at / "requests", list(requests))
        spec = Spec(
            host=target.host, port=target.port, requests=str(at / "requests"), samples=str(at / "samples"),
            connections=connections, seconds=seconds, warmup=warmup, rate=rate, seed=seed, cycle=cycle,
            counted=counted, per_request=per_request,
        )  # fmt: skip
        (at / "spec.json").write_text(spec_text(spec))
        said, use = await _generate(stack, target, at / "spec.json", extra or {})
        latencies = array("d")
        latencies.frombytes((at / "samples").read_bytes())
    sample = Sample.of(said["ops"], use, errors=said["errors"], latencies=latencies)
    sample.seconds = said["seconds"] or use.seconds
    if rate and said["lateness_ms_p99"] > LATE_MS:
        raise VoidRun(f"the generator was {said['lateness_ms_p99']:.2f} ms late at p99 ({rate:.0f} requests/s)")
    return Answered(sample, said["acked"], latencies, said["left"], said["lateness_ms_p99"], said["by_status"])


async def _generate(stack: Stack, target: Target, spec: Path, extra: dict[str, tuple[int, ...]]) -> tuple[dict[str, Any], Use]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.load", str(spec),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    complaints = asyncio.create_task(process.stderr.read())
    meter = stack.meter(gen=[process.pid], py=target.pids, **extra)
    use: Use | None = None
    said: dict[str, Any] = {}
    async for line in process.stdout:
        match line.strip():
            case b"begin":
                meter.start()
            case b"end":
                use = meter.stop()
            case text:
                said = json.loads(text)
    await process.wait()
    told = (await complaints).decode()
    if not said or use is None:
        raise VoidRun(f"the load generator ended early: {told[-600:]}")
    if said["errors"]:
        raise VoidRun(f"{said['errors']} requests failed, statuses {said['by_status']}: {told[:900]}")
    return said, use


async def until(reached: Callable[[], Awaitable[bool]], what: str, *, seconds: float = 180.0, pause: float = 0.1) -> None:
    """Wait for a state of the stack. Raises VoidRun, naming it, when the time is over."""
    end = asyncio.get_running_loop().time() + seconds
    while not await reached():
        if asyncio.get_running_loop().time() > end:
            raise VoidRun(f"after {seconds:.0f} s still waiting for {what}")
        await asyncio.sleep(pause)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
