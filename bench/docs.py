"""`gabay bench docs FILE`: the reference page on performance, generated from one committed result file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench import curves

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference" / "performance.md"

LIMITS = {
    "N1": "an empty POST: FastAPI on uvicorn with a pydantic body of 26 fields, answering `{id, version}`",
    "N2": "an empty GET of the same server, with an answer of as many bytes",
    "U": "intake's own api in which whoever asks may, and no reading goes on record",
    "P": "pgbench calling the same `append_events` with one event",
    "J": "COPY of the same events into a copy of the table with its indexes, 1,000 a transaction",
    "JS": "COPY of the same rows without indexes",
    "S": "aiokafka sending records that were built beforehand, idempotent, all acknowledgements",
    "K": "aiokafka reading the same topic with an empty loop",
    "R": "the outbox read empty by the relay's query, into nothing",
    "D": "DuckDB with two threads counting the same facts in its memory",
    "G": "PostgreSQL counting the same facts with `GROUP BY`, in parallel as it likes",
    "itself": "the same work done the naive way",
    "off": "the same requests to the same api, told of no collector",
    "without": "the same flow with nothing beside it",
}


def write(result: Path, page: Path = PAGE) -> Path:
    """Write the page and its curves; returns the page."""
    found = json.loads(result.read_text())
    page.parent.mkdir(parents=True, exist_ok=True)
    drawn = curves.write(found["series"], page.parent / "performance")
    notes = result.with_suffix(".md")
    page.write_text(text(found, result.name, [path.name for path in drawn], notes.read_text() if notes.exists() else ""))
    return page


def text(found: Mapping[str, Any], source: str, drawn: Sequence[str], notes: str) -> str:
    """The page. notes: what the figures do not say by themselves (profiles of gaps), kept beside the result file."""
    box, settings = found["box"], found["settings"]
    lines = [
        "# Performance",
        "",
        f"Generated from `bench/baselines/{source}` by `./gabay bench docs`; numbers typed by hand stand nowhere on this page.",
        "",
        "A result is a **ratio**: what Gabay does, divided by a limit of the same parts, measured by turns in the same run on the same",
        "machine. Absolute figures show orders of magnitude only. The median of the pairwise ratios is judged against a bar.",
        "",
        f"Machine: {box['cores']} cores ({box.get('cpu', '')}), {box['memory_gib']} GiB, one `fdatasync` {box['fdatasync_us']} us,",
        f"{box.get('kernel', '')},",
        f"Python {box['python']}, PostgreSQL {settings['postgres']['server_version']} (`fsync={settings['postgres']['fsync']}`,"
        f" `synchronous_commit={settings['postgres']['synchronous_commit']}`), Kafka {settings['kafka']}.",
        f"{settings['transport']}. {settings['pairs']} pairs of {settings['seconds']:g} s, seed {found['seed']},",
        f"commit `{found['commit']}`, {found['at']}.",
        "",
        "## Ratios",
        "",
        "| Pair | c | Subject | Limit | Ratio (min-max) | Bar | Aim | Verdict | CPU us an operation |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for pair in sorted(found["pairs"], key=lambda each: each["median"] / each["bar"] if each["bar"] else 0):
        lines.append(_row(pair))
    used = dict.fromkeys(pair["yardstick"] for pair in found["pairs"])
    lines += ["", "Limits: " + "; ".join(f"**{name}** {LIMITS[name]}" for name in used if name in LIMITS) + ".", ""]
    voids = [pair for pair in found["pairs"] if pair["why"]]
    lines += [f"- `{pair['name']}` {pair['concurrency']} is void: {pair['why']}" for pair in voids]
    for name, rows in found["series"].items():
        lines += ["", f"## {name.replace('_', ' ').capitalize()}", "", *_table(rows)]
        if f"{name}.svg" in drawn:
            lines += ["", f"![{name}](performance/{name}.svg)"]
    if notes:
        lines += ["", notes.strip()]
    names = " ".join(dict.fromkeys(pair["name"] for pair in found["pairs"]))
    series = " ".join(name for name in ("scale", "memory", "latency", "idle", "dashboard", "rebuild", "freeze") if name in found["series"])
    lines += ["", "## Repeat it", "", "```sh", f"./gabay bench {names}"]
    lines += [f"./gabay bench {series}"] if series else []
    return "\n".join([*lines, "```", ""])


def _row(pair: Mapping[str, Any]) -> str:
    cells = [cell for cell in pair["cells"] if cell["side"] == "subject"]
    limits = [cell for cell in pair["cells"] if cell["side"] == "yardstick"]
    cpu = cells[-1]["cpu_us"] if cells else {}
    shown = ", ".join(f"{party} {us:,.0f}" for party, us in cpu.items() if us >= 1 and party != "other")
    verdict = "**MISSED**" if pair["verdict"] == "missed" else pair["verdict"]
    if p99 := pair.get("p99_ms"):
        verdict += f"; p99 {p99['median']:.1f} ms (bar {p99['bar']:g})"
    ratio = f"{pair['median']:.2f} ({pair['min']:.2f}-{pair['max']:.2f})"
    return (
        f"| `{pair['name']}` | {pair['concurrency']} | {_rate(cells):,.0f} {pair['unit']} | {pair['yardstick']} {_rate(limits):,.0f} "
        f"| {ratio} | {pair['bar']:.2f} | {pair['ambitious']:.2f} | {verdict} | {shown} |"
    )


def _rate(cells: Sequence[Mapping[str, Any]]) -> float:
    rates = sorted(cell["ops"] / cell["seconds"] for cell in cells)
    return rates[len(rates) // 2] if rates else 0.0


def _table(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    columns = list(dict.fromkeys(key for row in rows for key in row))
    out = ["| " + " | ".join(column.replace("_", " ") for column in columns) + " |", "|" + "---|" * len(columns)]
    for row in rows:
        out.append("| " + " | ".join(_shown(row.get(column)) for column in columns) + " |")
    return out


def _shown(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value).lower()
    if isinstance(value, float):
        return f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
