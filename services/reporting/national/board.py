"""One table of one period, regions side by side: rows are what is counted, columns the provinces of each region. Pure.

Figures of regions are never added up: each is perturbed by a noise of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

from services.reporting.national.status import Standing, Told, standing
from services.reporting.pages.released import TOTAL, Released
from services.reporting.pages.text import TEXTS
from services.reporting.pages.words import number, share
from shared.region_national import Source

AREA = "REF_AREA"
NONE = "–"
"""No such figure: nothing stands, the region has no such row, or there can be none."""


@dataclass(frozen=True, slots=True)
class Column:
    """A province of a region, or the whole of it. figures: row -> as written, empty where it is suppressed; none where nothing
    stands."""

    region: str
    title: str
    standing: Standing
    release: str
    figures: Mapping[tuple[str, ...], str]


@dataclass(frozen=True, slots=True)
class Board:
    """heads: titles of the dimensions of a row; rows: codes, and words for them."""

    title: str
    note: str
    heads: Sequence[str]
    rows: Sequence[tuple[tuple[str, ...], Sequence[str]]]
    columns: Sequence[Column]


def board(sources: Sequence[Source], name: str, period: str, told: Sequence[Told], lang: str, today: date) -> Board:
    """What the page of a table shows. told: every table of the period that any region has told of."""
    columns: list[Column] = []
    rows: dict[tuple[str, ...], Sequence[str]] = {}
    shown: Released | None = None
    for source in sources:
        mine = [each for each in told if each.region == source.region]
        table = next((each for each in mine if each.name == name), None)
        stands = standing(source, period, table, mine, today)
        label: str = getattr(source.names, lang)
        if stands is not Standing.HERE or table is None or table.data is None:
            columns.append(Column(source.region, label, stands, table.release if table else "", {}))
            continue
        released = Released.read(table.data.encode(), "en")
        shown = shown or released
        axes = [axis for axis in released.axes if axis.id != AREA]
        for codes in product(*(axis.labels for axis in axes)):
            rows.setdefault(codes, [axis.labels[code] for axis, code in zip(axes, codes, strict=True)])
        columns += _columns(source, label, released, table.release, lang)
    heads = [axis.title for axis in shown.axes if axis.id != AREA] if shown else []
    return Board(shown.title if shown else name, shown.note if shown else "", heads, list(rows.items()), columns)


def _columns(source: Source, label: str, released: Released, release: str, lang: str) -> list[Column]:
    area = released.axis(AREA)
    if area is None:
        return [_column(source, label, released, None, release, lang)]
    places = [code for code in area.parts if code.isdigit()]
    if len(places) == 1 and len(area.parts) == 1:
        return [_column(source, label, released, places[0], release, lang)]
    found = [_column(source, area.labels[code], released, code, release, lang) for code in places]
    return [*found, _column(source, f"{label}{TEXTS[lang]['colon']}{area.labels[TOTAL]}", released, TOTAL, release, lang)]


def _column(source: Source, title: str, released: Released, place: str | None, release: str, lang: str) -> Column:
    figures = {}
    for codes, value in released.cells.items():
        at = dict(zip((axis.id for axis in released.axes), codes, strict=True))
        if place is None or at.get(AREA) == place:
            written = NONE if codes in released.impossible else _written(value, at, lang)
            figures[tuple(code for name, code in at.items() if name != AREA)] = written
    return Column(source.region, title, Standing.HERE, release, figures)


def _written(value: float | None, at: Mapping[str, str], lang: str) -> str:
    if value is None:
        return ""
    return share(value, lang) if at.get("MEASURE") == "PCT" else number(value, lang)
