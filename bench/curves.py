"""Growth and latency curves as SVG: one small drawing a series, made from the result file alone."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 640, 320, 64, 44, 28, 170
COLOURS = ("#0b6e99", "#b3541e", "#4b7f2b", "#7a3e9d", "#a8324a", "#5f5f5f", "#c28f00", "#2a9d8f")

Line = tuple[str, list[tuple[float, float]]]


def write(series: Mapping[str, Sequence[Mapping[str, Any]]], folder: Path) -> list[Path]:
    """Draw what the series hold; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    drawings = {
        "scale": ("Cost by number of events", "events in the store", "us an operation", "operation", "n", "cost_us"),
        "latency": ("Latency by load, counted from the due time", "requests a second", "ms", "quantile", "rate", "ms"),
    }
    for name, (title, across, up, split, x, y) in drawings.items():
        if rows := list(series.get(name, ())):
            path = folder / f"{name}.svg"
            path.write_text(draw(title, across, up, _lines(_flat(rows) if name == "latency" else rows, split, x, y)))
            written.append(path)
    return written


def _flat(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"quantile": f"{row['what']} {q}", "rate": row["rate"], "ms": row[q]}
        for row in rows
        for q in ("p50", "p99")
        if row.get("rate") and q in row
    ]


def _lines(rows: Sequence[Mapping[str, Any]], split: str, x: str, y: str) -> list[Line]:
    found: dict[str, list[tuple[float, float]]] = {}
    for row in rows:
        if row.get(x) and row.get(y):
            found.setdefault(str(row[split]), []).append((float(row[x]), float(row[y])))
    return [(name, sorted(points)) for name, points in found.items()]


def draw(title: str, across: str, up: str, lines: Sequence[Line]) -> str:
    """A drawing with logarithmic axes. lines: (name, points)."""
    xs = [x for _, points in lines for x, _ in points] or [1.0]
    ys = [y for _, points in lines for _, y in points] or [1.0]
    low_x, high_x = _decades(xs)
    low_y, high_y = _decades(ys)

    def at_x(x: float) -> float:
        return LEFT + (math.log10(x) - low_x) / (high_x - low_x) * (WIDTH - LEFT - RIGHT)

    def at_y(y: float) -> float:
        return HEIGHT - BOTTOM - (math.log10(y) - low_y) / (high_y - low_y) * (HEIGHT - BOTTOM - TOP)

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="11" role="img">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="16" font-size="13" font-weight="bold">{escape(title)}</text>',
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}" text-anchor="middle">{escape(across)}</text>',
        f'<text transform="translate(14 {(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">{escape(up)}</text>',
    ]
    for power in range(low_x, high_x + 1):
        x = at_x(10.0**power)
        out.append(f'<path d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#ddd"/>')
        out.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 15}" text-anchor="middle">{_number(power)}</text>')
    for power in range(low_y, high_y + 1):
        y = at_y(10.0**power)
        out.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        out.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{_number(power)}</text>')
    for n, (name, points) in enumerate(lines):
        colour = COLOURS[n % len(COLOURS)]
        path = "L".join(f"{at_x(x):.1f} {at_y(y):.1f}" for x, y in points)
        out.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        out += [f'<circle cx="{at_x(x):.1f}" cy="{at_y(y):.1f}" r="3" fill="{colour}"/>' for x, y in points]
        out.append(f'<text x="{WIDTH - RIGHT + 12}" y="{TOP + 14 + 16 * n}" fill="{colour}">{escape(name)}</text>')
    return "\n".join([*out, "</svg>", ""])


def _decades(values: Sequence[float]) -> tuple[int, int]:
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def _number(power: int) -> str:
    return f"{10**power:,}" if power >= 0 else f"{10.0**power:g}"
