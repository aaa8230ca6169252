"""Charts as SVG, in a process of its own: `python -m services.reporting.pages.drawing` takes and gives JSON lines,
each with the key of its question.

The engine behind it needs 100 MB and half a second for its first chart; neither belongs into the process that answers
requests. Nothing is loaded from anywhere: data are inline and no base URL is allowed.

Colours are written as numbers that no eye sees and become variables of the page, so that one chart serves light and dark;
documents get colours of paper. A value of None is suppressed: a hatched tick of one size, whatever it stands for.
"""

import hashlib
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

INK, FAINT, FIRST, SECOND, PAPER, HATCH = "#010101", "#020202", "#030303", "#040404", "#050505", "#060606"
FIRST_INK, SECOND_INK = "#070707", "#080808"  # of words: they need more contrast than bars
WIDTH, ROW, PAIR, HEIGHT = 560, 24, 40, 270
LABELS = 220  # pixels that a name may take
# Names are measured here and set by the reader's own fonts, which may be wider by a fifth.
ROOM = {"left": 44, "right": 30, "top": 8, "bottom": 6}
LABEL_GAP = 15  # pixels between two labels at the ends of lines
TICK = 14  # pixels of a suppressed figure

Drawing = Mapping[str, Any]
"""shape: `lines`, `bars` or `pairs`; locale: of d3 (`fr-FR`); the rest as the function of that name says."""


@dataclass(frozen=True, slots=True)
class Look:
    """Colours and letters of a chart, as SVG takes them."""

    ink: str
    faint: str
    first: str
    second: str
    paper: str
    second_ink: str
    font: str = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"


PAGE = Look("var(--ink)", "var(--rule)", "var(--first)", "var(--second)", "var(--paper)", "var(--second-ink)")
PRINT = Look("#1b1f24", "#c9d1d9", "#0072b2", "#d55e00", "#ffffff", "#b34e00")


def draw(drawing: Drawing, look: Look = PAGE) -> str:
    """The chart as SVG without any text that is not in `drawing`."""
    import altair as alt
    import vl_convert

    chart = _SHAPES[drawing["shape"]](alt, drawing).configure(
        background="transparent",
        padding=ROOM,
        font="sans-serif",
        # Descriptions of each mark: the figure around the chart has the words.
        aria=False,
        view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(
            labelColor=INK, labelFontSize=12, domainColor=FAINT, tickColor=FAINT, gridColor=FAINT, title=None, labelLimit=LABELS
        ),
        header=alt.HeaderConfig(labelColor=INK, labelFontSize=12, title=None),
    )
    svg: str = vl_convert.vegalite_to_svg(chart.to_dict(), vl_version="6.4", format_locale=drawing["locale"], allowed_base_urls=[])
    hatch = f"hatch-{hashlib.sha256(svg.encode()).hexdigest()[:8]}"
    if HATCH in svg:
        svg = svg.replace(">", f">{_hatched(hatch)}", 1).replace(HATCH, f"url(#{hatch})")
    for number, colour in (
        (INK, look.ink), (FAINT, look.faint), (FIRST, look.first), (SECOND, look.second), (PAPER, look.paper), (FIRST_INK, look.first),
        (SECOND_INK, look.second_ink),
    ):  # fmt: skip
        svg = svg.replace(number, colour)
    svg = svg.replace('font-family="sans-serif"', f'font-family="{look.font}"')
    # The figure around it has the words for those who don't see it.
    return svg.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)


def lines(alt: Any, drawing: Drawing) -> Any:
    """periods: labels in order; lines: [{name, values, second: other colour, dashed}]. From 0, named at their ends; a line
    breaks where a figure is suppressed, and a hatched tick stands on the axis."""
    periods = drawing["periods"]
    rows = [
        {"at": at, "n": n, "line": line["name"], "tone": "second" if line["second"] else "first", "kind": str(line["dashed"])}
        for line in drawing["lines"]
        for at, n in zip(periods, line["values"], strict=True)
    ]
    known = [row["n"] for row in rows if row["n"] is not None]
    top = (max(known, default=0) or 1) * 1.05
    scale = alt.Scale(domain=[0, top])
    x = alt.X("at:O", sort=list(periods), axis=alt.Axis(labelAngle=0 if len(periods) <= 8 else -45, labelOverlap=True, grid=False))
    y = alt.Y("n:Q", scale=scale, axis=alt.Axis(tickCount=4, domain=False, ticks=False, tickMinStep=1))
    base = alt.Chart(alt.InlineData(values=rows)).encode(x=x, y=y, detail="line:N", color=_tone(alt))
    dash = alt.StrokeDash("kind:N", scale=alt.Scale(domain=["False", "True"], range=[[1, 0], [5, 4]]), legend=None)
    marks = base.mark_line(strokeWidth=2.5, invalid="break-paths-filter-domains").encode(strokeDash=dash)
    points = base.mark_point(filled=True, size=28, opacity=1)
    names = (
        alt.Chart(alt.InlineData(values=_ends(drawing["lines"], periods, top)))
        .mark_text(align="left", dx=9, fontSize=13, fontWeight=600)
        .encode(x=x, y=alt.Y("label:Q", scale=scale), text="line:N", color=_tone(alt, FIRST_INK, SECOND_INK))
    )
    layers = [marks, points, names]
    gaps = sorted({periods.index(row["at"]) for row in rows if row["n"] is None})
    if gaps:
        hidden = [{"at": periods[place], "n": 0, "shown": "Q"} for place in gaps]
        ticks = alt.Chart(alt.InlineData(values=hidden)).encode(x=x, y=alt.Y("n:Q", scale=scale))
        layers += [
            ticks.mark_bar(color=HATCH, width=TICK, yOffset=-TICK, y2Offset=0).encode(y2=alt.Y2Datum(0)),
            ticks.mark_text(dy=-TICK - 8, fontSize=12, color=INK).encode(text="shown:N"),
        ]
    return alt.layer(*layers).resolve_scale(color="independent").properties(width=WIDTH - 90, height=HEIGHT)


def bars(alt: Any, drawing: Drawing) -> Any:
    """bars: [{name, value, shown}], in their order, first on top. From 0, the figure at the end of each."""
    rows = drawing["bars"]
    y = alt.Y("name:N", sort=_once(rows), axis=alt.Axis(domain=False, ticks=False, labelPadding=8))
    return _barred(alt, rows, y, {"color": FIRST}).properties(width=WIDTH - 260, height=alt.Step(ROW))


def pairs(alt: Any, drawing: Drawing) -> Any:
    """bars: [{name, part, second: other colour, value, shown}], two a name; each says what it is beside its figure."""
    rows = [row | {"shown": f"{row['shown']}  {row['part']}", "tone": "second" if row["second"] else "first"} for row in drawing["bars"]]
    y = alt.Y("name:N", sort=_once(rows), axis=alt.Axis(domain=False, ticks=False, labelPadding=8), scale=alt.Scale(paddingInner=0.28))
    apart = {"yOffset": alt.YOffset("part:N", sort=_once(rows, "part"))}
    return _barred(alt, rows, y, {}, color=_tone(alt), **apart).properties(width=WIDTH - 290, height=alt.Step(PAIR / 2))


def _barred(alt: Any, rows: list[dict[str, Any]], y: Any, mark: Mapping[str, Any], **encoded: Any) -> Any:
    shown = [row for row in rows if row["value"] is not None]
    hidden = [row | {"value": 0} for row in rows if row["value"] is None]
    x = alt.X("value:Q", scale=alt.Scale(domain=[0, max((row["value"] for row in shown), default=0) or 1]), axis=None)
    base = alt.Chart(alt.InlineData(values=shown)).encode(x=x, y=y, **{k: v for k, v in encoded.items() if k != "color"})
    tone = {"color": encoded["color"]} if "color" in encoded else {}
    layers = [
        base.mark_bar(**mark, height={"band": 0.78}).encode(**tone),
        base.mark_text(align="left", dx=5, fontSize=12, color=INK).encode(text="shown:N"),
    ]
    if hidden:
        q = alt.Chart(alt.InlineData(values=hidden)).encode(x=x, y=y, **{k: v for k, v in encoded.items() if k != "color"})
        layers += [
            q.mark_bar(color=HATCH, height={"band": 0.78}, x2Offset=TICK).encode(x2=alt.X2Datum(0)),
            q.mark_text(align="left", dx=TICK + 5, fontSize=12, color=INK).encode(text="shown:N"),
        ]
    return alt.layer(*layers)


def _once(rows: list[dict[str, Any]], name: str = "name") -> list[str]:
    return list(dict.fromkeys(row[name] for row in rows))


def _tone(alt: Any, first: str = FIRST, second: str = SECOND) -> Any:
    return alt.Color("tone:N", scale=alt.Scale(domain=["first", "second"], range=[first, second]), legend=None)


def _ends(series: list[Mapping[str, Any]], periods: list[str], top: float) -> list[dict[str, Any]]:
    """Names of the lines where they end, pushed apart so that none covers another."""
    found = []
    for line in series:
        last = next((value for value in reversed(line["values"]) if value is not None), 0)
        found.append({"at": periods[-1], "line": line["name"], "tone": "second" if line["second"] else "first", "label": last})
    found.sort(key=lambda row: row["label"])
    gap = LABEL_GAP * top / HEIGHT
    for below, above in pairwise(found):
        above["label"] = max(above["label"], below["label"] + gap)
    return found


def _hatched(name: str) -> str:
    return (
        f'<defs><pattern id="{name}" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'<rect width="5" height="5" fill="{PAPER}"/><rect width="2" height="5" fill="{INK}"/></pattern></defs>'
    )


_SHAPES: Mapping[str, Callable[[Any, Drawing], Any]] = {"lines": lines, "bars": bars, "pairs": pairs}


def main() -> None:
    """Draw what standard input asks for until it ends."""
    import orjson

    for line in sys.stdin.buffer:
        key, drawing = orjson.loads(line)
        sys.stdout.buffer.write(orjson.dumps([key, draw(drawing)]) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
