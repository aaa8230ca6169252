"""From grids to bytes: the gate, the audit, every format. Pure, and slow: it runs beside the event loop, never in it."""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.reporting.disclosure.cells import TOTAL, CellName, Codes, Grid, Shown
from services.reporting.disclosure.derived import Valued, per_1000, share
from services.reporting.disclosure.gate import Before, Passed, passed
from services.reporting.disclosure.ptable import PTable
from services.reporting.documents.sheet import Sheet, coverage, targets
from services.reporting.documents.shelf import Shelf
from services.reporting.documents.typeset import documents
from services.reporting.exports.cube import EVERYBODY, LANGUAGES, Column, Cube
from services.reporting.exports.hxl import hxl, hxl_schema
from services.reporting.exports.jsonstat import json_stat
from services.reporting.exports.structure import structure
from services.reporting.exports.table import csv_bytes, csvw, sdmx_csv_bytes
from services.reporting.exports.workbook import workbook
from services.reporting.figures.words import DIMENSIONS, name_of, word
from services.reporting.indicators.catalogue import INDICATORS
from services.reporting.indicators.declaration import Indicator, Words
from services.reporting.indicators.public import TABLES
from services.reporting.indicators.published import PublicTable
from services.reporting.pages.text import TEXTS
from services.reporting.releases.axes import Divided
from shared.codes import psgc
from shared.codes.label import labels
from shared.codes.psgc import VINTAGE
from shared.region import Region

MEASURES: Mapping[str, Words] = {
    "NUM": {"en": "Of them", "fr": "Dont", "fil": "Sa mga ito"},
    "DEN": {"en": "All", "fr": "Tous", "fil": "Lahat"},
    "PCT": {"en": "Percent", "fr": "Pour cent", "fil": "Porsiyento"},
    "PER_1000": {"en": "Per 1,000 inhabitants", "fr": "Pour 1 000 habitants", "fil": "Bawat 1,000 nakatira"},
    "MEDIAN": {"en": "Middle (median)", "fr": "Médiane", "fil": "Gitna (median)"},
    "LOWEST": {"en": "Least room a person", "fr": "Plus petite surface par personne", "fil": "Pinakamaliit na lugar bawat tao"},
    "MEAN": {"en": "Mean", "fr": "Moyenne", "fil": "Karaniwan"},
}
MEASURE: Words = {"en": "Series", "fr": "Série", "fil": "Serye"}
DIVIDED: Words = {"en": "by", "fr": "par", "fil": "ayon sa"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Everything that decides the bytes of a release. under: cells that may not be 0 (`passed`); earlier: files of releases before
    it that its documents look at."""

    release: str
    period: str
    grids: Sequence[Grid]
    valued: Sequence[Valued] = ()
    divisions: Mapping[str, tuple[tuple[Divided, ...], ...]]
    noise: PTable
    before: Before
    under: frozenset[CellName] = frozenset()
    issued: date
    frozen: datetime
    previous: str
    region: Region
    earlier: Sequence[Mapping[str, bytes]] = ()


@dataclass(frozen=True, slots=True)
class Rendered:
    """files: name -> bytes; cells: (table, measure) -> protected cells, PCT included."""

    files: Mapping[str, bytes]
    cells: Mapping[tuple[str, str], Mapping[Codes, Shown]]
    tables: tuple[str, ...]
    withheld: tuple[str, ...]


def render(draft: Draft) -> Rendered:
    """Raises ValueError or ArithmeticError where the gate finds that it may not go on."""
    out = passed(draft.grids, draft.noise, TABLES, draft.before, draft.valued, sensitive_shares(draft.divisions), draft.under)
    # A table that lost its last dimension for this period keeps the total of it: its cells look as in every period.
    cells = {
        key: {(*codes, TOTAL) if key[0] in out.coarsened else codes: cell for codes, cell in shown.items()}
        for key, shown in out.shown.items()
    }
    names = [name for name in draft.divisions if name not in out.withheld]
    for name in names:
        for each in TABLES[name].shares:
            parts = cells[name, each.part]
            cells[name, each.code] = {
                codes: share(parts[codes], whole, rough=each.rough) for codes, whole in cells[name, each.whole].items()
            }
        for rate in TABLES[name].rates:
            place = TABLES[name].by.index(rate.by)
            parts = cells[name, rate.part]
            cells[name, rate.code] = {codes: per_1000(part, psgc.inhabitants(codes[place])) for codes, part in parts.items()}
    cubes = [_cube(draft, TABLES[name], cells, out) for name in names]
    files: dict[str, bytes] = {}
    for cube in cubes:
        files |= _files(cube)
    if cubes:
        files["structure.xml"] = structure(cubes)
        # Out of the files alone: what a workbook and a document say of the release, anybody can download.
        for sheet in [_sheet(draft, files, lang) for lang in LANGUAGES]:
            files |= _workbooks(draft.release, cubes, sheet) | documents(sheet)
    files[f"{draft.release}.zip"] = _zip(files, draft.issued)
    return Rendered(files, cells, tuple(names), out.withheld)


def _files(cube: Cube) -> dict[str, bytes]:
    name = cube.table
    files = {
        f"{name}.csv": b"".join(csv_bytes(cube)),
        f"{name}.csv-metadata.json": csvw(cube),
        f"{name}.sdmx.csv": b"".join(sdmx_csv_bytes(cube)),
        f"{name}.hxl-schema.csv": hxl_schema(cube),
    }
    for lang in LANGUAGES:
        files[f"{name}{_suffix(lang)}.json"] = json_stat(cube, lang)
        files[f"{name}{_suffix(lang)}.hxl.csv"] = b"".join(hxl(cube, lang))
    return files


def _workbooks(release: str, cubes: Sequence[Cube], sheet: Sheet) -> dict[str, bytes]:
    """Of each table, and of all of them."""
    said = coverage(sheet)
    each = {cube.table: [cube] for cube in cubes} | {release: cubes}
    return {f"{name}{_suffix(sheet.lang)}.xlsx": workbook(of, sheet.lang, said) for name, of in each.items()}


def _sheet(draft: Draft, files: Mapping[str, bytes], lang: str) -> Sheet:
    return Sheet(
        release=draft.release, period=draft.period, issued=draft.issued, frozen=draft.frozen.date(), previous=draft.previous,
        vintage=VINTAGE, region=draft.region.names.model_dump(), centres=[each.names.model_dump() for each in draft.region.centres],
        shelf=Shelf([*draft.earlier, files], lang), targets=targets(),
    )  # fmt: skip


def _suffix(lang: str) -> str:
    return "" if lang == "en" else f".{lang}"


def _cube(draft: Draft, table: PublicTable, cells: Mapping[tuple[str, str], Mapping[Codes, Shown]], out: Passed) -> Cube:
    dims = draft.divisions[table.name][0]
    columns = [each.export_column() for each in dims]
    codes = {code: cells[table.name, code] for code in table.codes or ("",)}
    if table.name in out.coarsened:
        columns[-1] = Column(columns[-1].id, columns[-1].title, columns[-1].code_list, {TOTAL: EVERYBODY})
    indicator = INDICATORS[f"{table.indicator:02d}"]
    if len(codes) == 1:
        flat = dict(next(iter(codes.values())))
    else:
        flat = {(code, *key): shown for code, each in codes.items() for key, shown in each.items()}
        words = {code: _measure(code, table, indicator) for code in codes}
        columns.insert(0, Column("MEASURE", MEASURE, f"CL_MEASURE_{table.name}", words))
    return Cube(
        table=table.name, release=draft.release, period=draft.period, title=_title(table, columns), method=indicator.method,
        columns=tuple(columns), cells=flat, issued=draft.issued, updated=draft.frozen, vintage=VINTAGE, previous=draft.previous,
    )  # fmt: skip


def _measure(code: str, table: PublicTable, indicator: Indicator) -> Words:
    """Words of a measure: a series by its letter, a part of one (`A_NUM`), or a code of the dimension that its bins are of."""
    if code == "NUM" and not table.shares:
        return indicator.series[0].title
    letter, _, part = code.partition("_") if code[1:2] == "_" else (code, "", "")
    series = next((s.title for s in indicator.series if s.letter.upper() == letter), None)
    if part and series:
        return {lang: f"{series[lang]}{TEXTS[lang]['colon']}{MEASURES[part][lang]}" for lang in LANGUAGES}
    if series or code in MEASURES:
        return series or MEASURES[code]
    measure = next(each for each in table.measures if each.code == code)
    dimension = next(each for each in measure.dimensions.values() if code in (each.fixed or (each.codes and labels(each.codes)) or ()))
    return {lang: f"{name_of(dimension, code, lang)} ({word(DIMENSIONS[dimension.name], lang).lower()})" for lang in LANGUAGES}


def sensitive_shares(tables: Iterable[str]) -> list[tuple[tuple[str, str], tuple[str, str]]]:
    """Part and whole of the shares of sensitive tables."""
    found = (TABLES[name] for name in tables)
    return [((t.name, each.part), (t.name, each.whole)) for t in found if t.klass == "S" for each in t.shares if not each.rate]


def _title(table: PublicTable, columns: Sequence[Column]) -> Words:
    names = {lang: [_small(word(column.title, lang)) for column in columns if column.id != "MEASURE"] for lang in LANGUAGES}
    return {
        lang: f"{table.title[lang]} {DIVIDED[lang]} {', '.join(names[lang])}" if names[lang] else table.title[lang] for lang in LANGUAGES
    }


def _small(title: str) -> str:
    """As it stands within a sentence: `Age (UNHCR)` keeps its capitals."""
    return title[:1].lower() + title[1:]


def _zip(files: Mapping[str, bytes], issued: date) -> bytes:
    """Everything in one file; its dates are the publication's, so that bytes repeat."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, (issued.year, issued.month, issued.day, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            packed.writestr(entry, content)
    return sink.getvalue()
