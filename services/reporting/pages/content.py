"""What the page of a release shows and says, out of released tables alone (statistics chapter, section 13). Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.reporting.exports.cube import frequency
from services.reporting.figures.words import word
from services.reporting.indicators.catalogue import INDICATORS
from services.reporting.indicators.public import TABLES
from services.reporting.pages.charts import MOST, Grid, View, drawing, finding, grid, series, views
from services.reporting.pages.released import TOTAL, Released
from services.reporting.pages.text import TEXTS
from services.reporting.pages.words import number, period, share

SECTIONS: Sequence[tuple[str, frozenset[int]]] = (
    ("people", frozenset((1, 2, 4))),
    ("places", frozenset((7, 8, 9, 16, 17, 18))),
    ("help", frozenset((3, 19, 25, 26, 27, 28, 30, 31, 34, 37, 38, 39, 40))),
    ("work", frozenset((13, 14, 15, 32, 33))),
    ("return", frozenset((5, 6, 10, 11, 35, 36))),
    ("sensitive", frozenset()),
)
"""Sections in their order, and whose tables are there; a table of class S, or of no other section, is in the last."""

KEYS: Sequence[tuple[str, tuple[tuple[str, str], ...]]] = (
    # key of the text; tables and measures that may say it, the first that there is
    ("k01", (("I01A", ""), ("I01B", ""), ("I01C", ""), ("I01D", ""))),
    ("k16", (("I16A", "B"), ("I16B", ""))),
    ("k02", (("I02A", ""), ("I02B", ""))),
    ("k03", (("I03A", ""), ("I03B", ""))),
    ("k10", (("I10A", ""), ("I10C", ""), ("I10B", ""))),
    ("k30", (("I30A", "B"), ("I30B", ""))),
    ("k37", (("I37A", "PCT"), ("I37B", "PCT"))),
)

LINES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "M": (("I16A", "B"), ("I01A", "")), "Q": (("I16B", ""), ("I01B", ""), ("I09A", ""), ("I10A", "")), "A": (("I01C", ""), ("I10C", "")),
}  # fmt: skip
"""Tables that are drawn over time, by how often they come."""


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """value: as written, None if suppressed; before: the same period a year before; moved: `up`, `down`, `same` or empty; why:
    it is suppressed."""

    name: str
    value: str | None
    before: str
    moved: str
    why: str = ""


@dataclass(slots=True)
class Figure:
    """One chart and its table. drawing: None where there is nothing to draw; table, release: where all of it stands."""

    id: str
    table: str
    release: str
    title: str
    finding: str
    grid: Grid
    method: str
    drawing: Mapping[str, Any] | None = None
    note: str = ""
    svg: str = ""

    @property
    def wide(self) -> bool:
        return len(self.grid.columns) > 5


@dataclass(slots=True)
class Section:
    key: str
    figures: list[Figure] = field(default_factory=list)


def sections(tables: Mapping[str, Released], lang: str) -> tuple[list[Section], list[Released]]:
    """Sections that have a figure, and the tables in which there is none."""
    found = {key: Section(key) for key, _ in SECTIONS}
    empty = []
    for name, table in sorted(tables.items()):
        if _nothing(table):
            empty.append(table)
            continue
        found[_section(name)].figures += figures(table, lang)
    return [section for section in found.values() if section.figures], empty


def figures(table: Released, lang: str) -> list[Figure]:
    """A figure for each view in which something is; the table of one that has none is on its own page."""
    made = []
    for view in views(table):
        rows, every = grid(table, view, lang=lang, short=True), grid(table, view, lang=lang)
        if not rows.rows:
            continue
        axis = table.axis(view.rows)
        assert axis is not None
        drawn = drawing(table, view, lang=lang)
        bars = len({bar["name"] for bar in drawn["bars"]})
        notes = [TEXTS[lang]["most"].format(n=MOST)] if bars == MOST < len(rows.rows) else []
        if (len(rows.rows), len(rows.columns)) != (len(every.rows), len(every.columns)):
            notes.append(TEXTS[lang]["zeros"])
        made.append(
            Figure(
                id=f"{table.name}-{view.rows}{''.join(code for _, code in view.at)}".lower(), table=table.name, release=table.release,
                title=title(table, view, lang), finding=finding(table, view, lang=lang), grid=rows, method=table.method,
                drawing=drawn if bars > 1 and any(bar["value"] for bar in drawn["bars"]) else None,
                note=" ".join(notes),
            )
        )  # fmt: skip
    return made


def title(table: Released, view: View, lang: str) -> str:
    """What is counted, by what."""
    axis = table.axis(view.rows)
    assert axis is not None
    return f"{subject(table, view.at, lang)} {TEXTS[lang]['by']} {axis.title[:1].lower()}{axis.title[1:]}"


def subject(table: Released, at: Iterable[tuple[str, str]], lang: str) -> str:
    """What is counted, with its measure where a table has several."""
    known = TABLES.get(table.name)
    told = word(known.title, lang) if known else table.title
    measures = table.axis("MEASURE")
    named = [measures.labels[code] for name, code in at if name == "MEASURE"] if measures else []
    return f"{told}{TEXTS[lang]['colon']}{named[0][:1].lower()}{named[0][1:]}" if named else told


def over_time(found: Mapping[str, Mapping[str, Released]], lang: str) -> Section:
    """found: period -> name -> table, periods of one frequency in order."""
    section, periods = Section("time"), list(found)
    for name, measure in LINES[frequency(periods[0])] if len(periods) > 1 else ():
        at = {"MEASURE": measure} if measure else {}
        tables = [found[period][name] for period in periods if name in found[period]]
        tables = [table for table in tables if measure in table.measures]
        if len(tables) < 2 or not any(table.value(at) for table in tables):
            continue
        sex = tables[-1].axis("SEX")
        lines = [(_total(tables[-1]), at)]
        lines += [(sex.labels[code], {**at, "SEX": code}) for code in ("F", "M") if code in sex.labels] if sex else []
        drawn, rows, said = series(tables, lines, lang)
        what = subject(tables[-1], at.items(), lang)
        section.figures.append(
            Figure(
                id=f"{name}{measure}-time".lower(), table=name, release=tables[-1].release, finding=said, grid=rows,
                title=TEXTS[lang]["over"].format(what=what), method=tables[-1].method, drawing=drawn,
            )
        )  # fmt: skip
    return section


def key_figures(tables: Mapping[str, Released], before: Mapping[str, Released], lang: str) -> list[KeyFigure]:
    """Totals beside those of the same period a year before; no arrow where either is suppressed."""
    made, texts = [], TEXTS[lang]
    for key, sources in KEYS:
        name, measure = next(((n, m) for n, m in sources if n in tables and m in tables[n].measures), ("", ""))
        if not name:
            continue
        at = {"MEASURE": measure} if measure else {}
        if measure == "PCT" and tables[name].value({"MEASURE": "DEN"}) == 0:
            continue
        now, written = tables[name].value(at), share if measure == "PCT" else number
        told, moved = texts["no_year_before"], ""
        if name in before and measure in before[name].measures:
            then = before[name].value(at)
            told = texts["year_before"].format(n="Q" if then is None else written(then, lang))
            if now is not None and then is not None:
                moved = "up" if now > then else "down" if now < then else "same"
        why = texts["suppressed_share" if measure == "PCT" else "suppressed_why"] if now is None else ""
        made.append(KeyFigure(texts[key], None if now is None else written(now, lang), told, moved, why))
    return made


def consented(table: Released) -> str | None:
    """Of the yearly table of indicator 04: which share of the clients allowed statistics; None where it is suppressed."""
    allowed = table.value({"MEASURE": "PCT"})
    if allowed is None:
        return None
    return TEXTS[table.lang]["consented"].format(n=number(allowed, table.lang), period=period(table.period, table.lang))


def whole(table: Released, lang: str) -> tuple[list[str], list[tuple[str, list[list[str]]]]]:
    """Every cell: (heads, groups of rows by their head). Sex, or else the measure, in columns; the longest of the rest in rows."""
    columns = next((name for name in ("SEX", "MEASURE") if table.axis(name)), "")
    rest = [axis for axis in table.axes if axis.id != columns]
    across = table.axis(columns)
    heads = list(across.labels.items()) if across else [("", {"en": "Number", "fr": "Nombre", "fil": "Bilang"}[lang])]
    if not rest:
        return ["", *(label for _, label in heads)], [("", [["", *(_cell(table, {columns: code}, lang) for code, _ in heads)]])]
    rows = max(rest, key=lambda axis: (len(axis.labels), axis.id))
    groups: list[tuple[str, dict[str, str]]] = [("", {})]
    for axis in rest:
        if axis is not rows:
            groups = [(_joined(name, label), {**at, axis.id: code}) for name, at in groups for code, label in axis.labels.items()]
    told = []
    for name, at in groups:
        here = [(label, {**at, rows.id: code}) for code, label in rows.labels.items()]
        told.append((name, [[label, *(_cell(table, {**each, columns: code}, lang) for code, _ in heads)] for label, each in here]))
    return [rows.title, *(label for _, label in heads)], told


def changes(now: Released, before: Released, lang: str) -> list[tuple[str, str, str]]:
    """(cell, before, now) of figures that differ between two editions."""
    found = []
    for codes, value in now.cells.items():
        if codes in before.cells and before.cells[codes] != value:
            name = ", ".join(axis.labels[code] for axis, code in zip(now.axes, codes, strict=True))
            found.append((name, _told(before.cells[codes], lang), _told(value, lang)))
    return found


def methods(lang: str) -> list[dict[str, Any]]:
    """Every indicator: how it is counted, and which tables of it are published."""
    return [
        {
            "id": indicator.id, "title": word(indicator.title, lang), "method": word(indicator.method, lang), "klass": indicator.klass,
            "tables": [(table.name, table.frequency) for table in TABLES.values() if table.indicator == indicator.number],
        }
        for indicator in INDICATORS.values()
    ]  # fmt: skip


def _nothing(table: Released) -> bool:
    """Whether all that is counted is 0, or very few; what is reckoned from it then says nothing either."""
    known = TABLES.get(table.name)
    counts = {measure.code for measure in known.measures if measure.figure == "count"} if known and known.codes else set()
    place = next((n for n, axis in enumerate(table.axes) if axis.id == "MEASURE"), None)
    return not any(value is None or value for codes, value in table.cells.items() if not counts or place is None or codes[place] in counts)


def _section(name: str) -> str:
    known = TABLES.get(name)
    if known is not None and known.klass == "S":
        return "sensitive"
    return next((key for key, numbers in SECTIONS if int(name[1:3]) in numbers), "sensitive")


def _joined(*words: str) -> str:
    return ", ".join(word for word in words if word)


def _total(table: Released) -> str:
    return next((axis.labels[TOTAL] for axis in table.axes if TOTAL in axis.labels), "")


def _cell(table: Released, at: Mapping[str, str], lang: str) -> str:
    value = table.value(at)
    if not table.possible(at):
        return "–"
    return share(value, lang) if value is not None and at.get("MEASURE") == "PCT" else _told(value, lang)


def _told(value: float | None, lang: str) -> str:
    return "Q" if value is None else number(value, lang)
