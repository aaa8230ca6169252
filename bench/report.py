"""A run as a table on the screen, as a result file, and the comparison with an earlier one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich import box as boxes
from rich.console import Console
from rich.table import Table

from bench.pair import Result, Sample

if TYPE_CHECKING:
    from bench.run import Run

WORDS = {"ambitious": "ambitious", "holds": "holds", "missed": "MISSED", "void": "void"}
STYLES = {"ambitious": "bold green", "holds": "green", "missed": "bold red", "void": "yellow"}


def header(run: Run) -> str:
    """The line above the table."""
    box, settings, options = run.box, run.settings, run.options
    return "  ".join(
        [
            f"{box['cores']} cores",
            f"fdatasync {box['fdatasync_us']} us",
            f"PostgreSQL {settings['postgres']['server_version']}",
            f"Kafka {settings['kafka']}",
            f"Python {box['python']}",
            f"seed {options.seed}",
            f"{options.pairs} pairs x {options.seconds:g} s",
        ]
    )


def table(results: Sequence[Result], *, noise_voids: bool = True) -> Table:
    """One line per pair and concurrency, nearest to its bar (or furthest below it) first."""
    out = Table(box=boxes.SIMPLE_HEAD, pad_edge=False)
    for name in ("pair", "c"):
        out.add_column(name)
    for name in ("subject/s", "yardstick/s", "ratio (min-max)", "bar", "amb."):
        out.add_column(name, justify="right")
    out.add_column("verdict")
    out.add_column("cpu us: " + " / ".join(PARTIES))
    out.add_column("p50 / p99 ms", justify="right")
    for result in sorted(results, key=lambda each: (not each.why_void, each.distance)):
        verdict = result.verdict(noise_voids=noise_voids)
        ratios = result.ratios
        mark = "~" if result.noisy else ""
        out.add_row(
            result.name,
            result.concurrency,
            f"{_rate(result.subjects):,.0f}",
            f"{result.yardstick_name} {_rate(result.yardsticks):,.0f}",
            f"{result.median:.2f}{mark} ({min(ratios):.2f}-{max(ratios):.2f})" if ratios else "-",
            f"{result.bar:.2f}",
            f"{result.ambitious:.2f}",
            f"[{STYLES[verdict]}]{WORDS[verdict]}[/]",
            _cpu(result.subjects),
            _latency(result.subjects),
        )
    return out


def show(run: Run, console: Console) -> None:
    """Print a whole run: header, table, why cells are void, series."""
    noise_voids = not run.options.quick
    console.print(header(run), highlight=False)
    if run.results:
        console.print(table(run.results, noise_voids=noise_voids))
    for result in run.results:
        if result.why_void:
            console.print(f"void: {result.name} {result.concurrency}: {result.why_void}", style="yellow", markup=False)
        elif result.noisy:
            console.print(f"~ {result.name} {result.concurrency}: other processes used the machine in most cells", style="yellow")
    for name, rows in run.series.items():
        console.print(series_table(name, rows))


def series_table(name: str, rows: Sequence[Mapping[str, Any]]) -> Table:
    """A series as it stands in the result file."""
    out = Table(title=name, box=boxes.SIMPLE_HEAD, pad_edge=False, title_justify="left")
    columns = list(dict.fromkeys(key for row in rows for key in row))
    for column in columns:
        out.add_column(column, justify="left" if isinstance(rows[0].get(column), str) else "right")
    for row in rows:
        out.add_row(*(_cell(row.get(column)) for column in columns))
    return out


PARTIES = ("py", "pg", "kafka", "gen")


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.3g}" if abs(value) < 100 else f"{value:,.0f}"
    return "" if value is None else f"{value:,}" if isinstance(value, int) else str(value)


def _rate(samples: Sequence[Sample]) -> float:
    return sorted(s.rate for s in samples)[len(samples) // 2] if samples else 0.0


def _cpu(samples: Sequence[Sample]) -> str:
    if not samples:
        return "-"
    cpu = samples[-1].cpu_us
    return " / ".join(f"{cpu[party]:,.0f}" if cpu.get(party) else "-" for party in PARTIES)


def _latency(samples: Sequence[Sample]) -> str:
    found = [s.latency_ms for s in samples if s.latency_ms]
    return f"{found[-1]['p50']:.1f} / {found[-1]['p99']:.1f}" if found else "-"


def as_json(run: Run) -> dict[str, Any]:
    """The result file; `result.schema.json` describes it."""
    from importlib.metadata import PackageNotFoundError, version

    from bench.run import commit

    try:
        release = version("gabay")
    except PackageNotFoundError:
        release = "0.1.0"
    noise_voids = not run.options.quick
    return {
        "schema": 1,
        "gabay": release,
        "commit": commit(),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "box": run.box,
        "settings": {**run.settings, "pairs": run.options.pairs, "seconds": run.options.seconds, "quick": run.options.quick},
        "seed": run.options.seed,
        "pairs": [result.row(noise_voids=noise_voids) for result in run.results],
        "series": run.series,
    }


def write(run: Run, path: Path) -> None:
    """Write the result file; one that exists keeps the pairs and series that this run did not measure.

    So that a table can be filled in parts on one machine; the file then says the commit and time of its last part.
    """
    fresh = as_json(run)
    if path.exists():
        old = json.loads(path.read_text())
        measured = {(pair["name"], pair["concurrency"]) for pair in fresh["pairs"]}
        fresh["pairs"] += [p for p in old["pairs"] if (p["name"], p["concurrency"]) not in measured]
        fresh["series"] = {**old["series"], **fresh["series"]}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(fresh, indent=1) + "\n")


def against(run: Run, path: Path) -> Table:
    """Each pair beside an earlier result of the same machine."""
    old = {(pair["name"], pair["concurrency"]): pair for pair in json.loads(path.read_text())["pairs"]}
    out = Table(title=f"against {path.name}", box=boxes.SIMPLE_HEAD, pad_edge=False, title_justify="left")
    for name in ("pair", "c", "before", "now", "change"):
        out.add_column(name, justify="right" if name not in ("pair", "c") else "left")
    for result in run.results:
        before = old.get((result.name, result.concurrency))
        if before and before["median"]:
            change = result.median / before["median"] - 1
            out.add_row(result.name, result.concurrency, f"{before['median']:.2f}", f"{result.median:.2f}", f"{change:+.0%}")
    return out


def line(result: Result) -> str:
    """One pair on one line, as soon as it is known."""
    if result.why_void:
        return f"{result.name} {result.concurrency}: void"
    return f"{result.name} {result.concurrency}: {result.median:.2f} (bar {result.bar:.2f})"
