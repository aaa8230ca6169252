"""A pair: Gabay's work beside a limit of the same parts, and what their ratio says.

A result is the median of the pairwise ratios of cells that ran one after the other, never a ratio of two medians: one
machine moves by a third within an hour, and both sides of a pair move with it.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

if TYPE_CHECKING:
    from bench.box import Use
    from bench.corpus import Corpus
    from bench.stack import Stack

Verdict = Literal["ambitious", "holds", "missed", "void"]
Side = Literal["subject", "yardstick"]

FOREIGN_LIMIT: Final = 0.15  # cores that belong to nobody in the cell
ENOUGH_PAIRS: Final = 5  # fewer give no verdict worth the name


class VoidRun(Exception):
    """The run proves nothing: wrong totals, failed requests, a late generator. Says what differs. Exit status 2."""


@dataclass(slots=True)
class Sample:
    """What one cell did. ops: operations that were answered rightly; cpu_us: party -> CPU microseconds per operation.

    idle, foreign: cores unused, and cores used by processes that have no part in the cell.
    """

    ops: int
    seconds: float
    errors: int = 0
    cpu_us: Mapping[str, float] = field(default_factory=dict)
    idle: float = 0.0
    foreign: float = 0.0
    latency_ms: Mapping[str, float] | None = None
    noisy: bool = False

    @classmethod
    def of(cls, ops: int, use: Use, *, errors: int = 0, latencies: Sequence[float] | None = None) -> Sample:
        """A cell measured by a `box.Meter`. latencies: every sample, in milliseconds."""
        cpu = {party: seconds * 1e6 / max(ops, 1) for party, seconds in use.cpu.items()}
        return cls(ops, use.seconds, errors, cpu, use.idle, use.foreign, percentiles(latencies) if latencies else None)

    @property
    def rate(self) -> float:
        return self.ops / self.seconds if self.seconds else 0.0

    def row(self, side: Side, order: int) -> dict[str, Any]:
        """As the result file holds it."""
        return {
            "side": side,
            "order": order,
            "ops": self.ops,
            "seconds": round(self.seconds, 4),
            "errors": self.errors,
            "cpu_us": {party: round(us, 1) for party, us in self.cpu_us.items()},
            "idle": round(self.idle, 3),
            "foreign": round(self.foreign, 3),
            "noisy": self.noisy,
            "latency_ms": self.latency_ms and {name: round(ms, 3) for name, ms in self.latency_ms.items()},
        }


class Pair(Protocol):
    """One row of the table. needs: parts of the stack that must run; yardstick_name: the limit (N1, P, J, ...).

    Some also have `p99_ms`: bar and aim of the subject's latency; `size`: how much they count; `quick`: False if they are
    nothing for CI; `profiled`: parts that do their work.
    """

    name: str
    concurrency: str
    unit: str
    yardstick_name: str
    bar: float
    ambitious: float
    needs: frozenset[str]

    async def prepare(self, stack: Stack, corpus: Corpus) -> None: ...

    async def yardstick(self, seconds: float) -> Sample: ...

    async def subject(self, seconds: float) -> Sample: ...

    async def check(self) -> None:
        """After each subject cell: compare the outcome with what was acknowledged. Raises VoidRun."""
        ...

    async def close(self) -> None: ...


@dataclass(slots=True)
class Result:
    """All cells of one pair, in the order in which they ran, subject and yardstick by index.

    p99_ms: bar and aim of the subject's latency, where the pair has them.
    """

    name: str
    concurrency: str
    unit: str
    yardstick_name: str
    bar: float
    ambitious: float
    p99_ms: tuple[float, float] | None = None
    subjects: list[Sample] = field(default_factory=list)
    yardsticks: list[Sample] = field(default_factory=list)
    first: list[Side] = field(default_factory=list)
    why_void: str = ""

    @property
    def ratios(self) -> list[float]:
        return [s.rate / y.rate for s, y in zip(self.subjects, self.yardsticks, strict=False) if y.rate]

    @property
    def median(self) -> float:
        return statistics.median(self.ratios) if self.ratios else 0.0

    @property
    def p99(self) -> float:
        """Median over the subject's cells of their p99, in ms."""
        return statistics.median([cell.latency_ms["p99"] for cell in self.subjects if cell.latency_ms] or [0.0])

    @property
    def slow(self) -> bool:
        return self.p99_ms is not None and self.p99 > self.p99_ms[0]

    @property
    def distance(self) -> float:
        """How far above its bar (1.0 = exactly at it)."""
        return self.median / self.bar if self.bar else 0.0

    @property
    def noisy(self) -> bool:
        cells = [*self.subjects, *self.yardsticks]
        return sum(cell.noisy for cell in cells) * 3 > len(cells)

    def verdict(self, *, noise_voids: bool = True) -> Verdict:
        """The judgement. noise_voids: a machine that was too busy with other things makes the result void."""
        if self.why_void or not self.ratios or (noise_voids and self.noisy):
            return "void"
        if self.median < self.bar or self.slow:
            return "missed"
        return "ambitious" if self.median >= self.ambitious and (self.p99_ms is None or self.p99 <= self.p99_ms[1]) else "holds"

    def row(self, *, noise_voids: bool = True) -> dict[str, Any]:
        """As the result file holds it."""
        ratios = self.ratios or [0.0]
        cells: list[dict[str, Any]] = []
        for n, first in enumerate(self.first):
            pair = [("subject", self.subjects), ("yardstick", self.yardsticks)]
            for side, samples in pair if first == "subject" else reversed(pair):
                if n < len(samples):
                    cells.append(samples[n].row(side, len(cells)))  # type: ignore[arg-type]
        return {
            "name": self.name,
            "concurrency": self.concurrency,
            "unit": self.unit,
            "yardstick": self.yardstick_name,
            "ratios": [round(r, 4) for r in self.ratios],
            "median": round(self.median, 4),
            "min": round(min(ratios), 4),
            "max": round(max(ratios), 4),
            "bar": self.bar,
            "ambitious": self.ambitious,
            "verdict": self.verdict(noise_voids=noise_voids),
            "why": self.why_void,
            "p99_ms": self.p99_ms and {"median": round(self.p99, 3), "bar": self.p99_ms[0], "ambitious": self.p99_ms[1]},
            "cells": cells,
        }


def percentiles(samples: Sequence[float]) -> dict[str, float]:
    """p50, p90, p99, p999 and max of raw samples, by nearest rank: percentiles are never averaged."""
    ordered = sorted(samples)
    last = len(ordered) - 1

    def at(share: float) -> float:
        return ordered[min(last, int(share * len(ordered)))]

    return {"p50": at(0.50), "p90": at(0.90), "p99": at(0.99), "p999": at(0.999), "max": ordered[last]}
