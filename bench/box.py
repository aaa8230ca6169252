"""The machine: what it is, what its disk's flush costs, and who used its cores while a cell ran.

Reads /proc, so figures per party exist on Linux only; elsewhere they are zero and nothing is judged noisy.
"""

from __future__ import annotations

import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

TICK = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Use:
    """What a stretch of time cost. cpu: party -> CPU seconds; idle, foreign: cores."""

    seconds: float
    cpu: Mapping[str, float]
    idle: float
    foreign: float


class Meter:
    """CPU of named parties between `start` and `stop`.

    parties: name -> root pids; a root counts with all its descendants, the ended ones too (Postgres ends a backend with
    each connection, and its time would be lost otherwise). Our own process is never foreign; name it to see its share.
    """

    watch: ClassVar[tuple[Callable[[], None], Callable[[], None]]] = (lambda: None, lambda: None)
    """Called at the begin and at the end of what is measured: by the profiler, so that it sees the same stretch."""

    def __init__(self, **parties: Iterable[int]) -> None:
        self._parties = {name: tuple(pids) for name, pids in parties.items()}
        named = {pid for pids in self._parties.values() for pid in pids}
        self._own = {os.getpid()} - named
        self._before: dict[str, float] = {}
        self._box = (0.0, 0.0)
        self._at = 0.0

    def start(self) -> None:
        self._before = self._cpu()
        self._box = machine_cpu()
        self.watch[0]()
        self._at = time.perf_counter()

    def stop(self) -> Use:
        seconds = time.perf_counter() - self._at
        self.watch[1]()
        busy, idle = (after - before for after, before in zip(machine_cpu(), self._box, strict=True))
        used = {name: max(after - self._before.get(name, 0.0), 0.0) for name, after in self._cpu().items()}
        foreign = max(busy - sum(used.values()), 0.0) / seconds
        used.pop("", None)
        return Use(seconds, used, idle / seconds, foreign)

    def _cpu(self) -> dict[str, float]:
        roots = {pid: name for name, pids in {**self._parties, "": self._own}.items() for pid in pids}
        totals = dict.fromkeys([*self._parties, ""], 0.0)
        tree = _processes()
        for pid, (parent, seconds) in tree.items():
            name, seen = roots.get(pid), pid
            while name is None and parent in tree:
                name, seen = roots.get(parent), parent
                parent = tree[seen][0]
            if name is not None:
                totals[name] += seconds
        return totals


def _processes() -> dict[int, tuple[int, float]]:
    """pid -> (parent, CPU seconds of its own and of its children that ended)."""
    found: dict[int, tuple[int, float]] = {}
    for entry in PROC.glob("[0-9]*/stat") if PROC.is_dir() else ():
        try:
            text = entry.read_text()
        except OSError:
            continue
        fields = text[text.rindex(")") + 2 :].split()
        found[int(entry.parent.name)] = (int(fields[1]), sum(map(int, fields[11:15])) / TICK)
    return found


def machine_cpu() -> tuple[float, float]:
    """(busy, idle) CPU seconds of all cores since boot. Time stolen by the host is busy: somebody else had it."""
    try:
        with open("/proc/stat") as file:
            user, nice, system, idle, wait, irq, soft, steal = map(int, file.readline().split()[1:9])
    except (OSError, ValueError):
        return 0.0, 0.0
    return (user + nice + system + irq + soft + steal) / TICK, (idle + wait) / TICK


def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def flush_us(folder: Path | None = None, *, times: int = 200) -> float:
    """Median microseconds of one `fdatasync` of a page: what each durable write waits for."""
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        took = []
        for n in range(times):
            os.pwrite(file.fileno(), b"x" * 8192, n * 8192)
            before = time.perf_counter()
            getattr(os, "fdatasync", os.fsync)(file.fileno())
            took.append(time.perf_counter() - before)
    return statistics.median(took) * 1e6


def describe(folder: Path | None = None) -> dict[str, Any]:
    """The box of a result file. Names no host and no path."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cores": cores(),
        "memory_gib": round(memory, 1),
        "fdatasync_us": round(flush_us(folder)),
        "kernel": platform.system() + " " + platform.release().split("-")[0],
        "python": platform.python_version(),
        "cpu": _cpu_model(),
    }


def _cpu_model() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")]
    return names[0] if names else platform.machine()
