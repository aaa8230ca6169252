"""What a page of a document holds, before it has a form: a finding, its chart and its table, as pages show them too. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.reporting.documents.shelf import SHARE
from services.reporting.documents.texts import TEXTS
from services.reporting.pages import charts
from services.reporting.pages.charts import HIDDEN, View
from services.reporting.pages.released import Released
from services.reporting.pages.words import number, period, share


@dataclass(frozen=True, slots=True)
class Bar:
    """name: of the category; values: one for each series, None where it is suppressed; shown: the same as people read it."""

    name: str
    values: Sequence[float | None]
    shown: Sequence[str]


@dataclass(frozen=True, slots=True)
class Chart:
    """series: their names, one or two; top: end of the axis; alt: what the chart says, for who does not see it."""

    series: Sequence[str]
    bars: Sequence[Bar]
    top: float
    alt: str


@dataclass(frozen=True, slots=True)
class Table:
    """head: of the columns, that of the rows first; rows: each begins with its head; foot: the totals."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    foot: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A finding with the chart and the table that it stands on. source: table, period and release."""

    title: str
    finding: str
    source: str
    table: Table
    chart: Chart | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    title: str
    blocks: Sequence[Block] = field(default=())


def told(value: float | None, measure: str, lang: str) -> str:
    """A figure as people read it; `Q` where it was suppressed."""
    if value is None:
        return HIDDEN
    return share(value, lang) if measure == SHARE else number(value, lang)


def block(table: Released, view: View, most: int) -> Block | None:
    """A view of a table with at most so many rows; None where the table is not divided that way."""
    if table.axis(view.rows) is None or (view.columns and table.axis(view.columns) is None):
        return None
    t, grid, finding = TEXTS[table.lang], charts.grid(table, view), charts.finding(table, view)
    drawn = charts.drawing(table, view)
    # The chart has the rows with a figure, the largest first; those that are nothing but zeros are not worth the paper.
    order = list(dict.fromkeys(bar["name"] for bar in drawn["bars"]))
    ranked = [row for name in order for row in grid.rows if row[0] == name]
    shown = ranked[:most]
    kept = [place for place in range(1, len(grid.columns)) if _worth(place, grid, shown)]
    notes = [t["more_rows"].format(n=len(ranked) - len(shown))] if len(ranked) > len(shown) else []
    notes += [t["zero_rows"]] if len(ranked) < len(grid.rows) else []
    notes += [t["empty_columns"]] if len(kept) < len(grid.columns) - 1 else []
    narrow = Table(_only(grid.columns, kept), [_only(row, kept) for row in shown], _only(grid.foot, kept) if grid.foot else ())
    return Block(
        title=title(table, view), finding=finding, source=f"{table.name} · {period(table.period, table.lang)} · {table.release}",
        table=narrow, chart=_chart(table, drawn, [row[0] for row in shown], finding), note=" ".join(notes),
    )  # fmt: skip


def title(table: Released, view: View) -> str:
    """A table's own title names all its dimensions; here stand those that are shown."""
    t = TEXTS[table.lang]
    axes = [axis for name in (view.rows, view.columns) if name != "MEASURE" and (axis := table.axis(name))]
    subject = table.title.split(f" {t['by']} ")[0]
    return f"{subject} {t['by']} {t['and'].join(_small(axis.title) for axis in axes)}" if axes else subject


def _worth(place: int, grid: charts.Grid, shown: Sequence[Sequence[str]]) -> bool:
    """Whether a column has a figure, in these rows or as a total."""
    return any(row[place] not in (HIDDEN, "0") for row in (*shown, *([grid.foot] if grid.foot else [])))


def _only(row: Sequence[str], kept: Sequence[int]) -> tuple[str, ...]:
    return (row[0], *(row[place] for place in kept))


def _chart(table: Released, drawn: Mapping[str, Any], names: Sequence[str], finding: str) -> Chart | None:
    found: dict[str, list[Mapping[str, Any]]] = {name: [] for name in names}
    for bar in drawn["bars"]:
        if bar["name"] in found:
            found[bar["name"]].append(bar)
    bars = [Bar(name, [each["value"] for each in said], [each["shown"] for each in said]) for name, said in found.items()]
    if not bars:
        return None
    series = [each["part"] for each in found[names[0]]] if drawn["shape"] == "pairs" else []
    top = max((value for bar in bars for value in bar.values if value is not None), default=0.0) or 1.0
    return Chart(series, bars, top, TEXTS[table.lang]["alt"].format(title=table.title, finding=finding))


def _small(name: str) -> str:
    return name[:1].lower() + name[1:]
