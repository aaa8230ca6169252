"""Charts as SVG, in a process of its own: `python -m services.reporting.dashboard.drawing` takes and gives JSON lines.

The engine behind it needs 100 MB and half a second for its first chart; neither belongs into the process that answers
requests. Nothing is loaded from anywhere: data are inline and no base URL is allowed.

Colours are written as numbers that no eye sees and become variables of the page, so that one chart serves light and dark.
"""

import sys
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import altair as alt
import orjson
import vl_convert

INK, FAINT, FIRST, SECOND, PAPER = "#010101", "#020202", "#030303", "#040404", "#050505"
VARIABLES = {INK: "var(--ink)", FAINT: "var(--rule)", FIRST: "var(--first)", SECOND: "var(--second)", PAPER: "var(--paper)"}

WIDTH, ROW, HEIGHT = 560, 23, 270
# Names are measured here and set by the reader's own fonts, which may be wider.
ROOM = {"left": 26, "right": 22, "top": 8, "bottom": 6}
LABEL_GAP = 15  # pixels between two labels at the ends of lines

Drawing = Mapping[str, Any]
"""shape: `lines` or `bars`; locale: of d3 (`fr-FR`); the rest as the function of that name says."""


def draw(drawing: Drawing) -> str:
    chart = _SHAPES[drawing["shape"]](drawing).configure(
        background="transparent",
        padding=ROOM,
        font="system-ui, sans-serif",
        view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(
            labelColor=INK, labelFontSize=12, domainColor=FAINT, tickColor=FAINT, gridColor=FAINT, title=None, labelLimit=250
        ),
    )
    svg: str = vl_convert.vegalite_to_svg(chart.to_dict(), vl_version="6.4", format_locale=drawing["locale"], allowed_base_urls=[])
    for number, variable in VARIABLES.items():
        svg = svg.replace(number, variable)
    # The figure around it has the words for those who don't see it.
    return svg.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)


def lines(drawing: Drawing) -> Any:
    """periods: labels in order; lines: [{name, values, second: other colour, dashed}]. From 0, named at their ends."""
    periods = drawing["periods"]
    rows = [
        {"at": at, "n": n, "line": line["name"], "tone": "second" if line["second"] else "first", "kind": str(line["dashed"])}
        for line in drawing["lines"]
        for at, n in zip(periods, line["values"], strict=True)
    ]
    top = max((row["n"] for row in rows), default=0) or 1
    x = alt.X("at:O", sort=list(periods), axis=alt.Axis(labelAngle=0 if len(periods) <= 13 else -45, labelOverlap=True, grid=False))
    y = alt.Y("n:Q", scale=alt.Scale(domain=[0, top * 1.05]), axis=alt.Axis(tickCount=4, domain=False, ticks=False, tickMinStep=1))
    base = alt.Chart(alt.InlineData(values=rows)).encode(x=x, y=y, detail="line:N", color=_tone())
    dash = alt.StrokeDash("kind:N", scale=alt.Scale(domain=["False", "True"], range=[[1, 0], [5, 4]]), legend=None)
    marks = base.mark_line(strokeWidth=2.5).encode(strokeDash=dash)
    points = base.mark_point(filled=True, size=28, opacity=1)
    names = (
        alt.Chart(alt.InlineData(values=_ends(drawing["lines"], periods[-1], top * 1.05)))
        .mark_text(align="left", dx=9, fontSize=13, fontWeight=600)
        .encode(x=x, y=alt.Y("label:Q", scale=alt.Scale(domain=[0, top * 1.05])), text="line:N", color=_tone())
    )
    return alt.layer(marks, points, names).properties(width=WIDTH - 90, height=HEIGHT)


def bars(drawing: Drawing) -> Any:
    """bars: [{name, value, shown}], in their order, first on top. From 0, the figure at the end of each."""
    rows = drawing["bars"]
    top = max((row["value"] for row in rows), default=0) or 1
    y = alt.Y("name:N", sort=[row["name"] for row in rows], axis=alt.Axis(domain=False, ticks=False, labelPadding=8))
    x = alt.X("value:Q", scale=alt.Scale(domain=[0, top]), axis=None)
    base = alt.Chart(alt.InlineData(values=list(rows))).encode(x=x, y=y)
    return alt.layer(
        base.mark_bar(color=FIRST, height={"band": 0.72}),
        base.mark_text(align="left", dx=5, fontSize=12, color=INK).encode(text="shown:N"),
    ).properties(width=WIDTH - 260, height=alt.Step(ROW))


def _tone() -> alt.Color:
    return alt.Color("tone:N", scale=alt.Scale(domain=["first", "second"], range=[FIRST, SECOND]), legend=None)


def _ends(series: list[Mapping[str, Any]], at: str, top: float) -> list[dict[str, Any]]:
    """Names of the lines where they end, pushed apart so that none covers another."""
    found = sorted(
        ({"at": at, "line": s["name"], "tone": "second" if s["second"] else "first", "label": s["values"][-1]} for s in series),
        key=lambda row: row["label"],
    )
    gap = LABEL_GAP * top / HEIGHT
    for below, above in pairwise(found):
        above["label"] = max(above["label"], below["label"] + gap)
    return found


_SHAPES: Mapping[str, Callable[[Drawing], Any]] = {"lines": lines, "bars": bars}


def main() -> None:
    """Draw what standard input asks for until it ends."""
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(orjson.dumps(draw(orjson.loads(line))) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
