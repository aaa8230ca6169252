"""Charts and the tables beside them, out of released tables alone: what is drawn, how it is written, what it shows. Pure.

    for view in views(table):
        svg = chart(table, view)          # drawn here, some 40 ms; light and dark by the variables of the page
        svg = chart(table, view, look=PRINT, lang="fr")
        rows = grid(table, view)
        text = finding(table, view)       # what a reader who does not see the chart is told

A suppressed figure (Q) is a hatched tick of one size behind the figures that are shown: neither its length nor its place
tells how much it stands for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.reporting.pages.drawing import PAGE, PRINT, Look, draw
from services.reporting.pages.released import TOTAL, Released
from services.reporting.pages.words import D3_LOCALE, number, period, share

__all__ = ["PAGE", "PRINT", "Grid", "Look", "View", "chart", "drawing", "finding", "grid", "series", "views"]

MOST = 15  # bars of a long list; the table beside it has every row
ORDERED = frozenset(("AGE", "EDU", "LEVEL", "BAND", "BIN", "ISCO1"))
LAST = ("_O", "_F", "_Z", "_U")
HIDDEN = "Q"
PLACES = frozenset(("REF_AREA",))

WORDS: Mapping[str, Mapping[str, str]] = {
    "first": {
        "en": "{one} is first with {n}.", "fr": "{one} arrive en tête avec {n}.", "fil": "Nangunguna ang {one} na may {n}."
    },
    "second": {"en": "Next is {two} with {m}.", "fr": "Vient ensuite {two} avec {m}.", "fil": "Sumunod ang {two} na may {m}."},
    "peak": {
        "en": "Most in {top} ({n}), fewest in {low} ({m}).", "fr": "Maximum : {top} ({n}), minimum : {low} ({m}).",
        "fil": "Pinakamarami noong {top} ({n}), pinakakaunti noong {low} ({m}).",
    },
    "hidden": {
        "en": "Suppressed figures (Q): {k} of {all}.", "fr": "Chiffres supprimés (Q) : {k} sur {all}.",
        "fil": "Mga itinagong bilang (Q): {k} sa {all}.",
    },
    "nothing": {
        "en": "None or very few in this period.", "fr": "Aucun ou très peu pendant cette période.",
        "fil": "Wala o napakakaunti sa panahong ito.",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class View:
    """Two dimensions of a table, the others at their totals. rows, columns: ids of axes (columns may be empty); at: codes of
    further axes that have no total."""

    rows: str
    columns: str = ""
    at: tuple[tuple[str, str], ...] = ()

    def cell(self, row: str, column: str = TOTAL) -> dict[str, str]:
        return {**dict(self.at), self.rows: row, **({self.columns: column} if self.columns else {})}


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as it is written. rows: each begins with its head; a suppressed figure is `Q`."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    foot: Sequence[str] = ()


def views(table: Released) -> list[View]:
    """What of a table is shown: each dimension that tells something, by sex or measure where there are such columns.

    A share keeps its part, its whole and the per cent side by side.
    """
    axes = [axis.id for axis in table.axes if axis.id != "MEASURE" and len(axis.parts) > 1]
    measures = table.axis("MEASURE")
    if measures is not None and table.percent:
        return [View(name, "MEASURE") for name in axes]
    if "SEX" not in axes and measures is not None:
        return [View(name, "MEASURE") for name in sorted(axes, key=_last)]
    rows = [name for name in axes if name != "SEX"] or axes
    columns = "SEX" if rows != axes else ""
    each = [(("MEASURE", code),) for code in measures.parts] if measures is not None else [()]
    found = [View(name, columns, at) for at in each for name in sorted(rows, key=_last)]
    return [view for view in found if _rows(table, view)]


def chart(table: Released, view: View, *, look: Look = PAGE, lang: str | None = None) -> str:
    """The chart of a view as SVG. lang: of the separators, else the table's. Blocks for some 40 ms (0.4 s the first time)."""
    return draw(drawing(table, view, lang=lang), look)


def drawing(table: Released, view: View, *, lang: str | None = None) -> dict[str, Any]:
    """What is drawn: bars by row; pairs of bars where the columns are two sexes."""
    lang = lang or table.lang
    rows = _drawn(table, view)
    axis = _axis(table, view.rows)
    columns = table.axis(view.columns) if view.columns else None
    locale = D3_LOCALE[lang]
    if columns is not None and columns.id == "SEX":
        told = [code for code in ("F", "M") if code in columns.labels]
        bars = [
            {"name": axis.labels[row], "part": columns.labels[code], "second": code == "F", **_bar(table.value(view.cell(row, code)), lang)}
            for row in rows
            for code in told
        ]
        return {"shape": "pairs", "locale": locale, "bars": bars}
    at = _part(table) if table.percent else _total(table, view)
    bars = [{"name": axis.labels[row], **_bar(table.value(view.cell(row, at)), lang)} for row in rows]
    return {"shape": "bars", "locale": locale, "bars": bars}


def grid(table: Released, view: View, *, lang: str | None = None, short: bool = False) -> Grid:
    """Every row of a view, and its total where there is one. short: without rows and columns in which all is 0."""
    lang = lang or table.lang
    axis = _axis(table, view.rows)
    columns = table.axis(view.columns) if view.columns else None
    codes, rows = list(columns.labels) if columns else [TOTAL], _rows(table, view)
    if short:
        rows = _told(table, view)
        codes = [code for code in codes if code == TOTAL or any(table.value(view.cell(row, code)) != 0 for row in rows)]
    heads = [columns.labels[code] for code in codes] if columns else [_number_head(lang)]
    body = [[axis.labels[row], *(_written(table, view.cell(row, code), lang) for code in codes)] for row in rows]
    foot = (
        [axis.labels[TOTAL], *(_written(table, view.cell(TOTAL, code), lang) for code in codes)]
        if TOTAL in axis.labels and table.possible(view.cell(TOTAL))
        else []
    )
    return Grid([axis.title, *heads], body, foot)


def finding(table: Released, view: View, *, lang: str | None = None) -> str:
    """One or two sentences: the largest, the next, how much is suppressed."""
    lang = lang or table.lang
    axis, at = _axis(table, view.rows), _part(table) if table.percent else _total(table, view)
    values = {row: table.value(view.cell(row, at)) for row in _rows(table, view)}
    named = sorted(((n, row) for row, n in values.items() if n), key=lambda each: (each[1] in LAST, -each[0]))
    named = [each for each in named if each[1] not in LAST] or named
    hidden = sum(n is None for n in values.values())
    said = []
    if named:
        said.append(WORDS["first"][lang].format(one=axis.labels[named[0][1]], n=number(named[0][0], lang)))
    if len(named) > 1:
        said.append(WORDS["second"][lang].format(two=axis.labels[named[1][1]], m=number(named[1][0], lang)))
    if hidden:
        said.append(WORDS["hidden"][lang].format(k=hidden, all=len(values)))
    return " ".join(said) or WORDS["nothing"][lang]


def series(tables: Sequence[Released], lines: Sequence[tuple[str, Mapping[str, str]]], lang: str) -> tuple[dict[str, Any], Grid, str]:
    """One table in several periods: (drawing, rows by period, finding). lines: name and codes of each; the first is the sum of
    the others or their peer, and is what the finding speaks of."""
    periods = [table.period for table in tables]
    values = {name: [table.value(at) for table in tables] for name, at in lines}
    drawn = {
        "shape": "lines", "locale": D3_LOCALE[lang], "periods": [period(each, lang, short=True) for each in periods],
        "lines": [
            {"name": name, "values": values[name], "second": place % 2 == 1, "dashed": place > 1} for place, (name, _) in enumerate(lines)
        ],
    }  # fmt: skip
    rows = [
        [period(each, lang), *(_number(values[name][place], lang) for name, _ in lines)] for place, each in enumerate(periods)
    ]  # fmt: skip
    first = values[lines[0][0]]
    known = [(n, each) for n, each in zip(first, periods, strict=True) if n is not None]
    if not known:
        return drawn, Grid([_time_head(lang), *values], rows), WORDS["hidden"][lang].format(k=len(first), all=len(first))
    (n, top), (m, low) = max(known, key=lambda each: each[0]), min(known, key=lambda each: each[0])
    said = WORDS["peak"][lang].format(top=period(top, lang), n=number(n, lang), low=period(low, lang), m=number(m, lang))
    return drawn, Grid([_time_head(lang), *values], rows), said


def _last(name: str) -> bool:
    """Places come behind what says who they are."""
    return name in PLACES


def _drawn(table: Released, view: View) -> list[str]:
    """Rows of the chart: in the order of the list where that means something, else the largest first; then what is suppressed, in
    the order of the list."""
    at = _part(table) if table.percent else _total(table, view)
    values = {row: table.value(view.cell(row, at)) for row in _rows(table, view)}
    if view.rows in ORDERED:
        return _told(table, view)
    shown = sorted((row for row, n in values.items() if n), key=lambda row: (row in LAST, -(values[row] or 0)))
    return (shown + [row for row, n in values.items() if n is None])[:MOST]


def _told(table: Released, view: View) -> list[str]:
    """Rows of which something is not 0, in the order of the list: those of a short table, and so of the chart beside it."""
    columns = table.axis(view.columns) if view.columns else None
    codes = list(columns.labels) if columns else [TOTAL]
    return [row for row in _rows(table, view) if any(table.value(view.cell(row, code)) != 0 for code in codes)]


def _rows(table: Released, view: View) -> list[str]:
    """Rows for which there can be figures."""
    return [row for row in _axis(table, view.rows).parts if table.possible(view.cell(row))]


def _bar(value: float | None, lang: str) -> dict[str, Any]:
    return {"value": value, "shown": _number(value, lang)}


def _written(table: Released, at: Mapping[str, str], lang: str) -> str:
    value = table.value(at)
    return share(value, lang) if value is not None and at.get("MEASURE") == "PCT" else _number(value, lang)


def _number(value: float | None, lang: str) -> str:
    return HIDDEN if value is None else number(value, lang)


def _part(table: Released) -> str:
    """The measure that a share is part of the whole with; some tables name theirs after their series."""
    return "NUM" if "NUM" in table.measures else table.measures[0]


def _total(table: Released, view: View) -> str:
    """The column that a chart of one bar a row shows."""
    return table.measures[0] if view.columns == "MEASURE" else TOTAL


def _axis(table: Released, name: str) -> Any:
    found = table.axis(name)
    assert found is not None, name
    return found


def _number_head(lang: str) -> str:
    return {"en": "Number", "fr": "Nombre", "fil": "Bilang"}[lang]


def _time_head(lang: str) -> str:
    return {"en": "Period", "fr": "Période", "fil": "Panahon"}[lang]
